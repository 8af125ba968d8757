import { describe, expect, it } from 'vitest';
import { Client } from '../src/contract/client.ts';
import { Refusal, Unreached } from '../src/contract/errors.ts';
import { positionIn } from '../src/report/exif.ts';
import { isHeic } from '../src/report/photo.ts';
import { post } from '../src/report/post.ts';

const upload = { photo: 'P', url: 'https://store.example/up', fields: { key: 'quarantine/demo/P', policy: 'p' }, expires_at: '2026-01-01T00:00:00Z', max_bytes: 100 };

describe('sending a photo', () => {
  const world = (stored: () => Promise<Response>) => {
    const forms: FormData[] = [];
    const asked: string[] = [];
    const client = new Client({ jurisdiction: 'demo', fetch: async (address, init) => {
      asked.push(`${init?.method} ${String(address)} ${String(init?.body ?? '')}`);
      return new Response(JSON.stringify(upload), { headers: { 'Content-Type': 'application/json' } });
    } });
    const store: typeof fetch = async (_, init) => { forms.push(init?.body as FormData); return await stored(); };
    return { forms, asked, server: post(client, store) };
  };

  it('announces it and posts the form with the file last', async () => {
    const w = world(async () => new Response(null, { status: 204 }));
    expect(await w.server.photo(new Blob(['x']))).toBe('P');
    expect(w.asked).toEqual(['POST /v1/demo/photos {"content_type":"image/jpeg"}']);
    expect([...w.forms[0]!.keys()]).toEqual(['key', 'policy', 'file']);
  });

  it('tells a refusal from no answer', async () => {
    await expect(world(async () => new Response(null, { status: 403 })).server.photo(new Blob(['x']))).rejects.toBeInstanceOf(Refusal);
    await expect(world(() => Promise.reject(new TypeError('reset'))).server.photo(new Blob(['x']))).rejects.toBeInstanceOf(Unreached);
  });
});

/** A JPEG that is nothing but its Exif with a position in degrees, minutes and hundredths of seconds. */
function jpeg(little: boolean, lat: [string, number, number, number], lon: [string, number, number, number]): Uint8Array {
  const tiff = new DataView(new ArrayBuffer(140));
  const entry = (at: number, tag: number, type: number, count: number) => { tiff.setUint16(at, tag, little); tiff.setUint16(at + 2, type, little); tiff.setUint32(at + 4, count, little); };
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  tiff.setUint16(8, 1, little);
  entry(10, 0x8825, 4, 1);
  tiff.setUint32(18, 26, little);
  tiff.setUint16(26, 4, little);
  for (const [n, [[side, ...parts], values]] of ([[lat, 80], [lon, 104]] as const).entries()) {
    const at = 28 + 24 * n;
    entry(at, 1 + 2 * n, 2, 2);
    tiff.setUint8(at + 8, side.charCodeAt(0));
    entry(at + 12, 2 + 2 * n, 5, 3);
    tiff.setUint32(at + 20, values, little);
    for (const [k, part] of parts.entries()) { tiff.setUint32(values + 8 * k, part, little); tiff.setUint32(values + 8 * k + 4, k === 2 ? 100 : 1, little); }
  }
  const bytes = new Uint8Array(2 + 4 + 6 + 140 + 2);
  bytes.set([0xff, 0xd8, 0xff, 0xe1, 0, 148, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  bytes.set(new Uint8Array(tiff.buffer), 12);
  bytes.set([0xff, 0xd9], 152);
  return bytes;
}

describe('where a photo was taken', () => {
  it.each([true, false])('is read, little-endian %s', (little) => {
    const [lon, lat] = positionIn(jpeg(little, ['N', 32, 12, 3000], ['E', 119, 27, 3600])) ?? [];
    expect(lon).toBeCloseTo(119.46, 9);
    expect(lat).toBeCloseTo(32.2083333, 6);
    expect(positionIn(jpeg(little, ['S', 33, 30, 0], ['W', 70, 0, 0]))).toEqual([-70, -33.5]);
  });

  it('is unknown where there is none, or no fix, or nonsense', () => {
    const whole = jpeg(true, ['N', 32, 12, 3000], ['E', 119, 27, 3600]);
    expect(positionIn(jpeg(true, ['N', 0, 0, 0], ['E', 0, 0, 0]))).toBeUndefined();
    expect(positionIn(jpeg(true, ['N', 95, 0, 0], ['E', 119, 0, 0]))).toBeUndefined();
    expect(positionIn(new Uint8Array())).toBeUndefined();
    for (let length = 0; length < 140; length++) expect(positionIn(whole.slice(0, length)), String(length)).toBeUndefined();
    let seed = 3;
    for (let n = 0; n < 2000; n++) {
      const broken = whole.slice();
      for (let k = 0; k < 4; k++) broken[(seed = (seed * 1103515245 + 12345) % 2147483648) % broken.length] = seed >> 8;
      const at = positionIn(broken);
      expect(at === undefined || (Math.abs(at[0]) <= 180 && Math.abs(at[1]) <= 90)).toBe(true);
    }
  });
});

describe('HEIC', () => {
  const box = (brand: string) => new TextEncoder().encode(`\0\0\0\x18ftyp${brand}`);
  it.each([['heic', true], ['mif1', true], ['heix', true], ['isom', false], ['avif', false]])('%s: %s', (brand, heic) => expect(isHeic(box(brand))).toBe(heic));
});
