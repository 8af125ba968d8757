// The service worker of the phone's page: keeps the page itself, so that it opens without network. What is in it, the page keeps.
/// <reference lib="webworker" />
export {};

// The page's own types say that this is a window.
const worker = self as unknown as ServiceWorkerGlobalScope;

const kept = 'weige-shell';

/** Addresses that carry a digest of what they hold, and so never change. */
const lasting = /^\/assets\//;

/** Fetches what the page needs and forgets what it does not need any more. Nothing is forgotten before all of the new is there. */
async function renew(): Promise<void> {
  const answer = await fetch('/shell.json', { cache: 'no-cache' });
  if (!answer.ok) return;
  const files = (await answer.json()) as string[];
  const cache = await caches.open(kept);
  for (const file of files) {
    if (lasting.test(file) && (await cache.match(file))) continue;
    const fetched = await fetch(file, { cache: lasting.test(file) ? 'default' : 'no-cache' });
    if (!fetched.ok) throw new Error(`${file}: ${fetched.status}`);
    await cache.put(file, fetched);
  }
  for (const { url } of await cache.keys()) {
    if (!files.includes(new URL(url).pathname)) await cache.delete(url);
  }
}

worker.addEventListener('install', (event) => {
  event.waitUntil(renew().then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(worker.clients.claim());
});

/** The page asks for it when it opens with a connection. */
worker.addEventListener('message', (event) => {
  if (event.data === 'renew') event.waitUntil(renew().catch(() => undefined));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (lasting.test(url.pathname)) event.respondWith(cacheFirst(request));
  else if (url.pathname === '/mine/' || url.pathname === '/config.json' || url.pathname === '/favicon.svg') event.respondWith(networkFirst(request, url.pathname));
});

async function cacheFirst(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: kept })) ?? fetch(request);
}

/** A network that answers slowly is as good as none to somebody in a stairwell. */
const patience = 3000;

async function networkFirst(request: Request, path: string): Promise<Response> {
  const fallback = await caches.match(path, { cacheName: kept });
  if (!fallback) return await fetch(request);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(patience) });
    return answer.ok ? answer : fallback;
  } catch {
    return fallback;
  }
}
