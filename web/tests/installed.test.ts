import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Manifest { id: string; name: string; short_name: string; start_url: string; scope: string; display: string; icons: { src: string; sizes: string; type: string; purpose: string }[] }

const file = (path: string): Buffer => readFileSync(new URL(`../${path}`, import.meta.url));

/** Width and height that a PNG says of itself, in its first chunk. */
function sizeOf(png: Buffer): string {
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  return `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;
}

describe('what makes the pages installable', () => {
  it.each([['index.html', 'manifest'], ['track/index.html', 'manifest'], ['mine/index.html', 'mine']])('%s names a manifest that is whole', (page, name) => {
    expect(file(page).toString()).toContain(`<link rel="manifest" href="/${name}.webmanifest">`);
    const { id, name: called, short_name, start_url, scope, display, icons } = JSON.parse(file(`public/${name}.webmanifest`).toString()) as Manifest;
    expect([id, scope, display, called !== '', short_name.length <= 12]).toEqual([start_url, '/', 'standalone', true, true]);
    for (const [size, purpose] of [['192x192', 'any'], ['512x512', 'any'], ['512x512', 'maskable']]) {
      const icon = icons.find((one) => one.sizes === size && one.purpose === purpose && one.type === 'image/png');
      expect(icon && sizeOf(file(`public${icon.src}`))).toBe(size);
    }
  });
});
