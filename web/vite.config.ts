import { resolve } from 'node:path';
import { defineConfig, type Plugin, type ProxyOptions } from 'vite';

// For `npm run dev`: the server that answers the API and the demo sign-in.
const server = process.env['WEIGE_URL'] ?? 'http://127.0.0.1:8080';
const proxied: Record<string, ProxyOptions> = Object.fromEntries(['/v1', '/config.json', '/issuer', '/healthz'].map((path) => [path, { target: server, changeOrigin: true }]));
proxied['/live'] = { target: server, changeOrigin: true, ws: true, rewriteWsOrigin: true };

/** What every page begins with. */
const inBase = /node_modules.(lit|@lit)|web.src.(locale.(en|zh|locale|format)|page.(element|second-tap|settings|shell|store)|contract.(areas|client|errors|once|pieces)|offline.keep|report.(choice|geolocation)|sign-in.rights|styles.base)\.|oxc-project.runtime|preload-helper/;
/** What shows a map, but for the map itself. */
const withMap = /web.src.(map.(element|features|scale|sources)|page.touch)\./;
/** What both pages of residents begin with. */
const forResidents = /web.src.(locale.resident|gen.personal|page.(resident-element|assignee)|contract.held|report.(draft|facts|personal|preview|questions|sides|located))/;
/** What files a report. */
const forFiling = /node_modules.idb|web.src.(page.copy|report.(exif|photo|post))\./;

/** Puts the script that asks early before all others of the pages that say nothing to anybody by name; as one of their own it would be made part of them. */
const early: Plugin = {
  name: 'early',
  transformIndexHtml: {
    order: 'post',
    handler(_, { path, bundle }) {
      if (!/^\/((track|subscribe)\/)?index\.html$/.test(path)) return undefined;
      const built = Object.values(bundle ?? {}).find((one) => one.type === 'chunk' && one.name === 'early');
      return [{ tag: 'script', attrs: { type: 'module', async: true, fetchpriority: 'high', src: built ? `/${built.fileName}` : '/src/page/early.ts' }, injectTo: 'head-prepend' }];
    },
  },
};

export default defineConfig({
  appType: 'mpa',
  plugins: [early],
  // MapLibre's worker is a module; in any other format the map stays blank without a word.
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    manifest: true,
    // MapLibre is one file; tests/sizes.mjs watches what it costs.
    chunkSizeWarningLimit: 1200,
    // The policy of the pages allows nothing inline, so that small files must stay files.
    assetsInlineLimit: 0,
    // The polyfill is a script of its own that no browser with WebGL 2 needs.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // A service worker rules over the folder it lies in, which is all of the site, and its address never changes.
      output: {
        entryFileNames: (chunk) => (chunk.name === 'worker' ? 'worker.js' : 'assets/[name]-[hash].js'),
        // A file for each set of pages that share something would be twenty: without HTTP/2 a browser asks for six at a time, and a slow line
        // makes whoever waits for the next six wait once more. What is small or shared by the same pages goes together.
        codeSplitting: { groups: [{ name: 'base', test: inBase }, { name: 'element', test: withMap }, { name: 'filing', test: forFiling }, { name: 'resident', test: forResidents }] },
      },
      input: {
        report: resolve(import.meta.dirname, 'index.html'),
        track: resolve(import.meta.dirname, 'track/index.html'),
        dispatch: resolve(import.meta.dirname, 'dispatch/index.html'),
        subscribe: resolve(import.meta.dirname, 'subscribe/index.html'),
        mine: resolve(import.meta.dirname, 'mine/index.html'),
        early: resolve(import.meta.dirname, 'src/page/early.ts'),
        worker: resolve(import.meta.dirname, 'src/offline/worker.ts'),
        edit: resolve(import.meta.dirname, 'edit/index.html'),
        gazetteer: resolve(import.meta.dirname, 'gazetteer/index.html'),
      },
    },
  },
  server: { proxy: proxied },
});
