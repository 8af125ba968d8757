// Prints what each page loads, compressed as a server sends it, and fails when it is more than was agreed. Called by `npm run build`.
import { readFileSync, statSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const budgets = { first: 45_000, map: 370_000, drawing: 32_000, basemap: 16_000 };

/** Bytes of a built file after brotli, as it is sent. */
function brotli(file) {
  return statSync(new URL(`${file}.br`, dist)).size;
}

/** The files that a chunk needs before it runs: itself and what it imports at once. */
function needed(key, found = new Set()) {
  if (found.has(key)) return found;
  found.add(key);
  for (const one of manifest[key].imports ?? []) needed(one, found);
  return found;
}

const sum = (files) => [...files].reduce((bytes, file) => bytes + brotli(file), 0);
const scripts = (keys) => [...keys].map((key) => manifest[key].file);
const styles = (keys) => new Set([...keys].flatMap((key) => manifest[key].css ?? []));

function entry(source) {
  const key = Object.keys(manifest).find((one) => manifest[one].src === source);
  if (!key) throw new Error(`${source} is not in the build`);
  return needed(key);
}

const pages = { report: entry('index.html'), track: entry('track/index.html'), dispatch: entry('dispatch/index.html'), mine: entry('mine/index.html'), edit: entry('edit/index.html'), gazetteer: entry('gazetteer/index.html') };
const owner = entry('src/map/owner.ts');
const session = entry('src/sign-in/session.ts');
const assetOf = (pattern) => [...new Set(Object.values(manifest).flatMap((one) => [one.file, ...(one.assets ?? [])]))].filter((file) => pattern.test(file));
const worker = assetOf(/maplibre-gl-worker/);
pages.subscribe = entry('subscribe/index.html');
for (const one of ['report', 'track', 'subscribe']) for (const key of entry('src/page/early.ts')) pages[one].add(key);
if (worker.length !== 1) throw new Error(`expected one map worker, found ${worker.length}`);

const rows = Object.entries(pages).map(([name, keys]) => ({ what: `${name}: JavaScript before the map`, bytes: sum(scripts(keys)), most: budgets.first }));
for (const [name, keys] of Object.entries(pages)) rows.push({ what: `${name}: style sheets`, bytes: sum(styles(keys)) });
const beyond = [...owner].filter((key) => !pages.report.has(key));
rows.push({ what: 'map: script, worker and style sheet', bytes: sum([...scripts(beyond), ...worker, ...styles(beyond)]), most: budgets.map });
const drawing = [...entry('src/map/drawing.ts')].filter((key) => !owner.has(key) && !pages.dispatch.has(key));
rows.push({ what: 'dispatch: drawing on the map, fetched apart', bytes: sum(scripts(drawing)), most: budgets.drawing });
const sketch = [...new Set([...entry('src/edit/drawing.ts'), ...entry('src/map/sketch.ts')])].filter((key) => !owner.has(key) && !pages.edit.has(key));
rows.push({ what: 'edit: drawing boundaries, fetched apart', bytes: sum(scripts(sketch)), most: budgets.drawing });
const basemap = [...new Set(['underlay', 'shifted', 'archive'].flatMap((name) => [...entry(`src/map/${name}.ts`)]))].filter((key) => !owner.has(key));
rows.push({ what: 'map: a basemap, fetched apart where there is one', bytes: sum(scripts(basemap)), most: budgets.basemap });
rows.push({ what: 'dispatch: sign-in, fetched apart', bytes: sum(scripts([...session].filter((key) => !pages.dispatch.has(key)))) });

// Without HTTP/2 a browser asks for six files at a time: whoever is on a slow line waits once more for each six.
rows.push({ what: 'report: files of scripts and styles', bytes: pages.report.size + styles(pages.report).size, most: 8 });

console.log('bytes after brotli    at most');
for (const { what, bytes, most } of rows) console.log(`${String(bytes).padStart(10)}  ${String(most ?? '').padStart(13)}  ${what}`);
const over = rows.filter(({ bytes, most }) => most !== undefined && bytes > most);
for (const { what, bytes, most } of over) console.error(`Too large: ${what}: ${bytes} bytes, ${most} at most.`);

const forStaff = ['src/map/drawing.ts', 'src/map/sketch.ts', 'src/edit/drawing.ts'];
for (const key of [...pages.report, ...pages.track, ...pages.subscribe, ...owner]) {
  if (!forStaff.includes(manifest[key].src)) continue;
  over.push(key);
  console.error(`${manifest[key].src} comes with a page or a map that is not for staff alone.`);
}
for (const key of [...owner, ...Object.values(pages).flatMap((keys) => [...keys])]) {
  if (manifest[key].src !== 'src/map/underlay.ts') continue;
  over.push(key);
  console.error('What draws a basemap comes where there is none.');
}
process.exitCode = over.length > 0 ? 1 : 0;
