import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import gcoord from 'gcoord';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pixelAt, placeAt, placement, shiftedPixel, side } from '../src/map/datum.ts';
import { Pictures } from '../src/map/pictures.ts';
import { streetLayers } from '../src/map/streets.ts';

// From the north-east to the south-west, the coast and the mountains.
const cities: Record<string, [number, number]> = {
  漠河: [122.5386, 52.9721], 北京: [116.3913, 39.9075], 镇江: [119.4551, 32.2044], 上海: [121.4737, 31.2304], 香港: [114.1694, 22.3193], 三亚: [109.5082, 18.2473], 乌鲁木齐: [87.6168, 43.8256], 拉萨: [91.1409, 29.6456],
};

describe('pictures in GCJ-02', () => {
  it('lie within half a pixel all over a tile, at every zoom and in every part of China', () => {
    let worst = { far: 0, where: '' };
    let moved = 0;
    for (const [city, at] of Object.entries(cities)) {
      for (let zoom = 3; zoom <= 19; zoom++) {
        const [column, row] = pixelAt(at, zoom).map((one) => Math.floor(one / side)) as [number, number];
        const { a, b, c, d, e, f } = placement(zoom, column, row);
        for (let x = 0; x <= side; x += 16) {
          for (let y = 0; y <= side; y += 16) {
            const [right, down] = shiftedPixel(column * side + x, row * side + y, zoom);
            const far = Math.hypot(a * x + c * y + e - right, b * x + d * y + f - down);
            if (far > worst.far) worst = { far, where: `${city} at zoom ${zoom}` };
          }
        }
        moved = Math.max(moved, Math.hypot(e - column * side, f - row * side));
      }
    }
    console.log(`pictures in GCJ-02 are moved by up to ${moved.toFixed(0)} pixels, and lie within ${worst.far.toFixed(3)} pixels then (${worst.where})`);
    expect(worst.far).toBeLessThan(0.5);
    expect(moved).toBeGreaterThan(500);
  });

  it('are those of the place: Beijing lies east and north on them by what is known', () => {
    const [west, north] = pixelAt([116.3913, 39.9075], 18);
    const [x, y] = shiftedPixel(west, north, 18);
    const there = placeAt(x, y, 18);
    const known = gcoord.transform([116.3913, 39.9075], gcoord.WGS84, gcoord.GCJ02);
    expect(there[0]).toBeCloseTo(known[0] ?? 0, 9);
    expect(there[1]).toBeCloseTo(known[1] ?? 0, 9);
    expect((there[0] - 116.3913) * 111_195 * Math.cos((39.9 * Math.PI) / 180)).toBeGreaterThan(500);
    expect(placeAt(...pixelAt([116.3913, 39.9075], 18), 18)[1]).toBeCloseTo(39.9075, 10);
  });

  it('stay where they are elsewhere, and are not torn where China ends', () => {
    const [column, row] = pixelAt([2.3522, 48.8566], 15).map((one) => Math.floor(one / side)) as [number, number];
    const { a, b, c, d, e, f } = placement(15, column, row);
    for (const [is, should] of [[a, 1], [b, 0], [c, 0], [d, 1], [e, column * side], [f, row * side]] as const) expect(is).toBeCloseTo(should, 4);
    const [edge, at] = pixelAt([137.8347, 35], 16).map((one) => Math.floor(one / side)) as [number, number];
    expect(placement(16, edge, at)).toMatchObject({ a: 1, b: 0, c: 0, d: 1 });
  });
});

describe('pictures of a basemap', () => {
  afterEach(() => { vi.unstubAllGlobals(); });

  /** A network that answers when it is told to. */
  function network() {
    const asked: { address: string; init: RequestInit; answer(response: Response): void }[] = [];
    vi.stubGlobal('fetch', (address: string, init: RequestInit) => new Promise<Response>((resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      asked.push({ address, init, answer: resolve });
    }));
    vi.stubGlobal('createImageBitmap', async (blob: Blob) => ({ size: blob.size }));
    return asked;
  }

  it('are fetched once for all who ask, and told which site asks and nothing else', async () => {
    const asked = network();
    const pictures = new Pictures();
    const all = [1, 2, 3].map(() => pictures.get('https://a.org/1', new AbortController().signal));
    expect(asked).toHaveLength(1);
    expect(asked[0]?.init).toMatchObject({ referrerPolicy: 'origin', credentials: 'omit' });
    asked[0]?.answer(new Response('12345'));
    expect(await Promise.all(all)).toEqual([{ size: 5 }, { size: 5 }, { size: 5 }]);
    await pictures.get('https://a.org/1', new AbortController().signal);
    expect(asked).toHaveLength(1);
  });

  it('are given up when nobody waits any more, and only then', async () => {
    const asked = network();
    const pictures = new Pictures();
    const [one, other] = [new AbortController(), new AbortController()];
    const [first, second] = [pictures.get('https://a.org/1', one.signal), pictures.get('https://a.org/1', other.signal)];
    one.abort();
    await expect(first).rejects.toThrow();
    expect(asked[0]?.init.signal?.aborted).toBe(false);
    other.abort();
    await expect(second).rejects.toThrow();
    expect(asked[0]?.init.signal?.aborted).toBe(true);
    void pictures.get('https://a.org/1', new AbortController().signal);
    expect(asked).toHaveLength(2);
  });

  it('are asked for again after a failure, but not where there are none, and the oldest are forgotten', async () => {
    const asked = network();
    const pictures = new Pictures();
    const get = async (address: string, answer: Response) => {
      const before = asked.length;
      const got = pictures.get(address, new AbortController().signal);
      asked[before]?.answer(answer);
      return await got;
    };
    await expect(get('https://a.org/1', new Response('', { status: 503 }))).rejects.toThrow('503');
    expect(await get('https://a.org/1', new Response('', { status: 404 }))).toBeUndefined();
    expect(await get('https://a.org/1', new Response(''))).toBeUndefined();
    expect(asked).toHaveLength(2);
    for (let at = 2; at < 120; at++) await get(`https://a.org/${at}`, new Response('x'));
    const before = asked.length;
    await get('https://a.org/119', new Response(''));
    expect(asked).toHaveLength(before);
    await get('https://a.org/1', new Response('again'));
    expect(asked).toHaveLength(before + 1);
  });
});

describe('streets of an archive', () => {
  it.each(['zh-CN', 'en'])('are a valid style in %s', (language) => {
    const layers = streetLayers('basemap', language);
    expect(validateStyleMin({ version: 8, sources: { basemap: { type: 'vector', tiles: ['pmtiles://0/{z}/{x}/{y}'] } }, layers })).toEqual([]);
    expect(new Set(layers.map(({ id }) => id)).size).toBe(layers.length);
    const used = new Set(layers.map((layer) => 'source-layer' in layer && layer['source-layer']));
    expect([...used].sort()).toEqual(['boundaries', 'buildings', 'earth', 'landcover', 'landuse', 'places', 'pois', 'roads', 'water']);
    expect(JSON.stringify(layers)).toContain(language === 'en' ? 'name:en' : 'name:zh-Hans');
  });
});
