import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import gcoord from 'gcoord';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import { pixelAt, placeAt, side } from '../../src/map/datum.ts';
import { browserMissing, startBrowser, Visit } from './browser.ts';
import { startServer, type Server } from './server.ts';
import { demo, texts } from './steps.ts';
import { archiveOf, markColour, markRadius, picture, startTiles, vectorTile, type ArchiveTile, type Place, type Shape, type TileServer } from './tiles.ts';

const missing = browserMissing();
const credit = '© 测试测绘院 © Contributors of the open map';
const zoom = 16;
/** Pixels of marks from the middle of the map, at the zoom at which they are measured. */
const spread: [number, number][] = [[0, 0], [-110, -70], [110, -70], [-110, 75], [105, 80], [-50, 110], [50, -105], [-60, -110]];
/** Pixels that are seen of a mark on which nothing lies; its edge is blurred. */
const disc = Math.PI * markRadius ** 2 * 0.8;
const pond = 24 ** 2 * 0.95;
const water = [0xc3, 0xdd, 0xe6] as const;

suite.skipIf(missing)(`a basemap${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let tiles: TileServer;
  let server: Server;
  let browser: Browser;
  let folder = '';
  const marks: Place[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weige-basemap-'));
    tiles = await startTiles(() => 404);
    browser = await startBrowser({ webgl: true });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await tiles?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function restart(BASEMAP_TILES: string, more: Record<string, string> = {}): Promise<void> {
    await server?.stop();
    server = await startServer({ BASEMAP_TILES, BASEMAP_ATTRIBUTION: credit, ...more });
    const { bbox = [] } = await demo(server.url);
    const [west = 0, south = 0, east = 0, north = 0] = bbox;
    const [x, y] = pixelAt([(west + east) / 2, (south + north) / 2], zoom + 1);
    marks.splice(0, marks.length, ...spread.map(([right, down]) => placeAt(x + right, y + down, zoom + 1) as Place));
  }

  /** Pictures of a tile server: its marks are where `at` puts them. */
  const answering = (at: (mark: Place) => Place) => (path: string) => {
    const [, z, x, y] = /^\/t\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(path)?.map(Number) ?? [];
    return z === undefined || x === undefined || y === undefined ? 404 : picture(z, x, y, marks.map(at));
  };

  async function open(device: 'phone' | 'desktop', language: 'zh' | 'en', instead?: (basemap: Record<string, unknown>) => Record<string, unknown>): Promise<Visit> {
    const visit = await Visit.begin(browser, server.url, { device, language });
    visit.expectComplaint(new RegExp(`^external request: ${tiles.url}/`));
    if (instead) {
      await visit.page.route('**/config.json', async (route) => {
        const answer = await route.fetch();
        const told = (await answer.json()) as { basemap: Record<string, unknown> };
        await route.fulfill({ response: answer, json: { ...told, basemap: instead(told.basemap) } });
      });
    }
    await visit.open('/');
    await visit.mapDrawn();
    return visit;
  }

  it('in GCJ-02 is moved to where the areas lie, and its host is told which site asks', async () => {
    await restart(`${tiles.url}/t/{z}/{x}/{y}.png`, { BASEMAP_DATUM: 'GCJ02' });
    tiles.answer = answering((mark) => gcoord.transform(mark, gcoord.WGS84, gcoord.GCJ02));
    const policy = (await fetch(server.url)).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(new RegExp(`connect-src 'self' ${tiles.url};`));
    expect(policy.replace(tiles.url, '')).not.toMatch(/https?:/);
    const visit = await open('phone', 'zh');
    await visit.page.getByText(credit).waitFor();
    await onPlace(visit, marks, markColour, disc);
    await visit.check('map over a basemap');
    await visit.picture('basemap-gcj02');
    expect(await visit.layoutShift(), 'layout shift').toBeLessThan(0.01);
    expect(new Set(tiles.asked.map(({ headers }) => headers.referer))).toEqual(new Set([`${server.url}/`]));
    expect(new Set(tiles.asked.map(({ path }) => path)).size, 'each picture is fetched once').toBe(tiles.asked.length);
    await visit.end();
  });

  /** How many pixels of the map have the colour of the marks. */
  const marked = async (visit: Visit): Promise<number> => await visit.page.evaluate(async ([png, [red, green, blue]]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const drawn = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d');
    drawn?.drawImage(image, 0, 0);
    const { data = [] } = drawn?.getImageData(0, 0, image.width, image.height) ?? {};
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (Math.abs((data[i] ?? 0) - red) + Math.abs((data[i + 1] ?? 0) - green) + Math.abs((data[i + 2] ?? 0) - blue) < 40) count++;
    return count;
  }, [(await visit.page.locator('canvas.maplibregl-canvas').screenshot()).toString('base64'), markColour] as const);

  it('in WGS 84 lies where it is, the areas stay when it fails, and it comes once it works again', async () => {
    tiles.answer = answering((mark) => mark);
    const visit = await open('desktop', 'en', ({ datum: _, ...basemap }) => basemap);
    await onPlace(visit, marks, markColour, disc);
    await visit.picture('basemap-wgs84');
    await visit.press('button[aria-label="Whole area"], .map-keys button:last-child');
    await visit.picture('basemap-whole');
    // The server fails: the page says so, and a place is found all the same.
    tiles.answer = () => 503;
    visit.expectComplaint(/503|AJAXError/);
    await visit.page.reload();
    await visit.mapDrawn();
    await visit.page.getByText(texts('en').mapBaseMissing).waitFor();
    const located = visit.answer('GET', /\/locate$/);
    await visit.page.locator('canvas.maplibregl-canvas').click({ position: { x: 300, y: 300 } });
    expect((await located).status()).toBe(200);
    await visit.page.locator('.chain li').first().waitFor();
    await visit.picture('basemap-failed');
    // It works again, and is asked again.
    expect(await marked(visit)).toBe(0);
    tiles.answer = answering((mark) => mark);
    await visit.page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect.poll(() => marked(visit), { timeout: 15_000, interval: 400 }).toBeGreaterThan(0);
    await visit.picture('basemap-again');
    await visit.end();
  });

  it('lies under boundaries that are drawn', async () => {
    tiles.answer = answering((mark) => gcoord.transform(mark, gcoord.WGS84, gcoord.GCJ02));
    tiles.asked.length = 0;
    const visit = await Visit.begin(browser, server.url, { device: 'desktop', language: 'zh' });
    visit.expectComplaint(new RegExp(`^external request: ${tiles.url}/`));
    await visit.open('/edit/');
    await visit.page.getByRole('button', { name: texts('zh').signIn, exact: true }).click();
    await visit.page.locator('button[name=person]').filter({ hasText: /boundary editor/i }).first().click();
    await visit.page.getByRole('button', { name: '开始绘图' }).click();
    await visit.mapDrawn();
    await visit.page.getByText(credit).waitFor();
    await visit.picture('basemap-edit');
    await expect.poll(() => marked(visit), { timeout: 15_000, interval: 400 }).toBeGreaterThan(markRadius ** 2);
    expect(tiles.asked.length).toBeGreaterThan(0);
    await visit.end();
  });

  it('is an archive of streets on another host, with names in the language of the page', async () => {
    const archive = archiveOf(1, around(marks[0] as Place, [11, 12, 13, 14], (z, x, y) => streets(z, x, y, marks)), [118, 30, 121, 34]);
    tiles.answer = (path) => (path === '/city.pmtiles' ? archive : 404);
    const visit = await open('desktop', 'zh', ({ attribution }) => ({ attribution, archive: `${tiles.url}/city.pmtiles` }));
    await onPlace(visit, marks.slice(1), water, pond);
    await visit.picture('basemap-streets-zh');
    const chinese = await visit.page.locator('canvas.maplibregl-canvas').screenshot();
    await visit.press('.top button.quiet[lang=en]');
    await expect.poll(async () => (await visit.page.locator('canvas.maplibregl-canvas').screenshot()).equals(chinese)).toBe(false);
    await visit.picture('basemap-streets-en');
    await visit.end();
  });

  it('is an archive of pictures in a file, and asks no other host at all', async () => {
    const file = join(folder, 'city.pmtiles');
    const middle = marks[0] as Place;
    await writeFile(file, archiveOf(2, around(middle, [14, 15, 16], (z, x, y) => picture(z, x, y, marks)), [118, 30, 121, 34]));
    await restart(file);
    expect((await fetch(server.url)).headers.get('content-security-policy')).toContain("connect-src 'self';");
    const part = await fetch(`${server.url}/basemap.pmtiles`, { headers: { Range: 'bytes=0-6' } });
    expect([part.status, await part.text()]).toEqual([206, 'PMTiles']);
    tiles.asked.length = 0;
    const visit = await open('phone', 'en');
    await onPlace(visit, marks, markColour, disc * 4);
    await visit.picture('basemap-archive');
    expect(tiles.asked).toEqual([]);
    // Without a network the map says why there is nothing where nobody has been.
    visit.expectComplaint(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
    await visit.context.setOffline(true);
    await move(visit.page, [middle[0] + 0.009, middle[1]]);
    await visit.page.getByText(texts('en').mapOffline).waitFor();
    await visit.check('map without a network');
    await visit.picture('basemap-offline');
    await visit.end();
  });
});

/** Tiles of an archive around a place, two to each side. */
function around(place: Place, zooms: number[], content: (zoom: number, column: number, row: number) => Buffer): ArchiveTile[] {
  return zooms.flatMap((z) => {
    const [column, row] = pixelAt(place, z).map((one) => Math.floor(one / side)) as [number, number];
    return [-2, -1, 0, 1, 2].flatMap((right) => [-2, -1, 0, 1, 2].map((down) => ({ zoom: z, column: column + right, row: row + down, content: content(z, column + right, row + down) })));
  });
}

/** A town of one tile: ground, a park, roads with names, houses, and square ponds for marks. */
function streets(z: number, column: number, row: number, marks: readonly Place[]): Buffer {
  const box = (x: number, y: number, w: number, h: number): [number, number][] => [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
  const area = (at: [number, number][], kind: string): Shape => ({ kind: 'polygon', at, tags: { kind } });
  const road = (at: [number, number][], kind: string, name: string, english: string): Shape => ({ kind: 'line', at, tags: { kind, name, 'name:zh-Hans': name, 'name:en': english } });
  const ponds = marks.map((mark) => pixelAt(mark, z).map((one, axis) => Math.round((one / side - (axis === 0 ? column : row)) * 4096)) as [number, number]).filter(([x, y]) => x >= 0 && y >= 0 && x < 4096 && y < 4096);
  const half = 24 * 2 ** (z - 14);
  return vectorTile({
    earth: [area(box(0, 0, 4096, 4096), 'earth')],
    landuse: [area(box(200, 2300, 900, 700), 'park'), area(box(2400, 300, 700, 500), 'school'), area(box(3300, 3100, 600, 600), 'hospital')],
    water: [...ponds.map(([x, y]) => area(box(x - half, y - half, 2 * half, 2 * half), 'water'))],
    buildings: [0, 1, 2, 3, 4, 5].map((i) => area(box(1400 + i * 160, 2150, 110, 80), 'building')),
    roads: [road([[0, 2048], [4096, 2060]], 'major_road', '解放东路', 'Jiefang East Road'), road([[1300, 0], [1250, 4096]], 'minor_road', '桂花巷', 'Osmanthus Lane'), road([[0, 900], [4096, 1100]], 'highway', '环城高速', 'Ring Expressway'), road([[3000, 0], [3100, 4096]], 'minor_road', '书院街', 'Academy Street')],
    places: [{ kind: 'point', at: [[700, 1500]], tags: { kind: 'neighbourhood', name: '清水湾', 'name:en': 'Clearwater Bay' } }],
  });
}

async function move(page: Page, at: Place): Promise<void> {
  await page.evaluate(([to, near]) => { document.querySelector('weige-map')?.moveTo(to, near); }, [at, zoom] as const);
}

/** Looks whether marks of a colour, of which so many pixels are seen at least, are where they belong on the map, within two pixels; areas' lines and names may hide some, not all. */
async function onPlace(visit: Visit, marks: readonly Place[], colour: readonly [number, number, number], least: number): Promise<void> {
  const { page } = visit;
  await page.locator('weige-map').scrollIntoViewIfNeeded();
  await move(page, marks[0] as Place);
  const canvas = page.locator('canvas.maplibregl-canvas');
  const seen = async () => {
    const [west, south, east, north] = (await page.evaluate(() => document.querySelector('weige-map')?.bounds)) ?? [0, 0, 0, 0];
    const [[left, top], [right, bottom]] = [pixelAt([west, north], 20), pixelAt([east, south], 20)];
    const expected = marks.map((mark) => pixelAt(mark, 20)).map(([x, y]) => [(x - left) / (right - left), (y - top) / (bottom - top)] as const);
    const shot = (await canvas.screenshot()).toString('base64');
    const offs = await page.evaluate(async ([png, at, [red, green, blue], size]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const drawn = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d', { willReadFrequently: true });
      if (!drawn) throw new Error('no canvas');
      drawn.drawImage(image, 0, 0);
      const { data, width, height } = drawn.getImageData(0, 0, image.width, image.height);
      const scale = image.width / (document.querySelector('canvas.maplibregl-canvas')?.clientWidth ?? 1);
      const reach = Math.ceil((size / 1.4 + 5) * scale);
      return at.map(([across, down]) => {
        const [midX, midY] = [across * width, down * height];
        let [count, sumX, sumY] = [0, 0, 0];
        for (let y = Math.max(0, Math.floor(midY) - reach); y < Math.min(height, midY + reach); y++) {
          for (let x = Math.max(0, Math.floor(midX) - reach); x < Math.min(width, midX + reach); x++) {
            const i = (y * width + x) * 4;
            if (Math.abs((data[i] ?? 0) - red) + Math.abs((data[i + 1] ?? 0) - green) + Math.abs((data[i + 2] ?? 0) - blue) > 40) continue;
            count++;
            sumX += x + 0.5;
            sumY += y + 0.5;
          }
        }
        return { pixels: count / scale ** 2, off: Math.hypot(sumX / count - midX, sumY / count - midY) / scale };
      });
    }, [shot, expected, colour, Math.sqrt(least)] as const);
    // A mark that something lies on has no middle.
    return offs.filter(({ pixels }) => pixels > least);
  };
  await expect.poll(async () => (await seen()).length, { timeout: 15_000, interval: 400 }).toBeGreaterThanOrEqual(3);
  const found = await seen();
  console.log(`marks are beside their places by ${found.map(({ off }) => off.toFixed(2)).join(', ')} pixels`);
  for (const { off } of found) expect(off).toBeLessThan(2);
}
