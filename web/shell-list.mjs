// Lists in dist/shell.json what the phone's page needs, for its service worker to keep: the page, its scripts and style sheets, and what
// they fetch later but the map, which shows nothing without a network. Called by `npm run build`.
import { readFileSync, writeFileSync } from 'node:fs';

const dist = new URL('dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const found = new Set();

function take(key) {
  const { file, css = [], imports = [], dynamicImports = [] } = manifest[key];
  if (found.has(file)) return;
  for (const one of [file, ...css]) found.add(one);
  for (const one of [...imports, ...dynamicImports]) if (one !== 'src/map/owner.ts') take(one);
}

take('mine/index.html');
const files = ['/mine/', '/config.json', '/favicon.svg', '/manifest.webmanifest', ...[...found].sort().map((file) => `/${file}`)];
writeFileSync(new URL('shell.json', dist), JSON.stringify(files));
