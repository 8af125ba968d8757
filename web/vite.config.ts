import { resolve } from 'node:path';
import { defineConfig, type ProxyOptions } from 'vite';

// For `npm run dev`: the server that answers the API and the demo sign-in.
const server = process.env['WEIGE_URL'] ?? 'http://127.0.0.1:8080';
const proxied: Record<string, ProxyOptions> = Object.fromEntries(['/v1', '/config.json', '/issuer', '/healthz'].map((path) => [path, { target: server, changeOrigin: true }]));
proxied['/live'] = { target: server, changeOrigin: true, ws: true, rewriteWsOrigin: true };

export default defineConfig({
  appType: 'mpa',
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
      output: { entryFileNames: (chunk) => (chunk.name === 'worker' ? 'worker.js' : 'assets/[name]-[hash].js') },
      input: {
        report: resolve(import.meta.dirname, 'index.html'),
        track: resolve(import.meta.dirname, 'track/index.html'),
        dispatch: resolve(import.meta.dirname, 'dispatch/index.html'),
        subscribe: resolve(import.meta.dirname, 'subscribe/index.html'),
        mine: resolve(import.meta.dirname, 'mine/index.html'),
        worker: resolve(import.meta.dirname, 'src/offline/worker.ts'),
        edit: resolve(import.meta.dirname, 'edit/index.html'),
        gazetteer: resolve(import.meta.dirname, 'gazetteer/index.html'),
      },
    },
  },
  server: { proxy: proxied },
});
