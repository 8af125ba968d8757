// Lists in dist/shell.json what the pages of the phone need, for the service worker to keep: the pages, their scripts and style sheets, and what
// they fetch later. The map is listed apart, and so is what draws a basemap: they are large, and kept only where they were used. Called by `npm run build`.
import { readFileSync, writeFileSync } from 'node:fs';

const dist = new URL('dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const map = 'src/map/owner.ts';
const basemap = 'src/map/underlay.ts';

/** Adds the files that a chunk needs, but those of the chunks in `without`. */
function take(key, without, found = new Set()) {
  const { file, css = [], assets = [], imports = [], dynamicImports = [] } = manifest[key];
  if (found.has(`/${file}`) || without.includes(key)) return found;
  for (const one of [file, ...css, ...assets]) found.add(`/${one}`);
  for (const one of [...imports, ...dynamicImports]) take(one, without, found);
  return found;
}

const pages = Object.fromEntries(['/', '/track/', '/mine/'].map((at) => [at, [...take(`${at.slice(1)}index.html`, [map]), ...(at === '/mine/' ? [] : take('src/page/early.ts', []))].sort()]));
const needed = new Set(Object.values(pages).flat());
const drawn = [...take(map, ['src/map/drawing.ts', basemap])].filter((file) => !needed.has(file)).sort();
const under = [...take(basemap, [map])].filter((file) => !needed.has(file) && !drawn.includes(file)).sort();
const later = [drawn, under];
const common = ['/config.json', '/favicon.svg', '/manifest.webmanifest', '/mine.webmanifest'];
writeFileSync(new URL('shell.json', dist), JSON.stringify({ pages, common, later }));
