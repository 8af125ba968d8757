// The service worker of the phone's pages: keeps the pages themselves and what is public and needed to open them, so that they open
// without a network. What is typed, listed or waits to be sent, the pages keep. Nothing that was asked for by a name signed in is kept here.
/// <reference lib="webworker" />
export {};

// The page's own types say that this is a window.
const worker = self as unknown as ServiceWorkerGlobalScope;

const kept = 'weige-shell';
const list = '/shell.json';

/** What the build listed, by shell-list.mjs. */
interface Shell {
  /** Files of each page that opens without a network, by its path. */
  pages: Record<string, string[]>;
  common: string[];
  /** Files that a page fetches when it can use them: the map's, and those that draw a basemap. All of a group are kept once one of it was fetched. */
  later: string[][];
}

/** What an open page tells: where it is, and what it has fetched. */
interface Opened {
  page: string;
  fetched: string[];
}

/** Addresses that carry a digest of what they hold, and so never change. */
const lasting = /^\/assets\//;
/** The settings, a jurisdiction as everybody sees it, and the areas of a boundary set. */
const setting = /^(\/config\.json|\/v1\/[^/]+|\/v1\/[^/]+\/boundary-sets\/[^/]+\/areas\?geometry=false)$/;
const areas = /^(\/v1\/[^/]+\/boundary-sets\/)/;

const open = (): Promise<Cache> => caches.open(kept);

/** Finds what is kept under an address; whatever it depends on is the same for all that are kept. */
async function find(address: string): Promise<Response | undefined> {
  return await (await open()).match(address, { ignoreVary: true });
}

/** Fetches what the pages need and forgets what they do not need any more. Nothing is forgotten before all of the new is there. */
async function renew({ page, fetched }: Opened): Promise<void> {
  const answer = await fetch(list, { cache: 'no-cache' });
  if (!answer.ok) return;
  const shell = (await answer.clone().json()) as Shell;
  const cache = await open();
  const had = (await cache.keys()).map(({ url }) => addressOf(url));
  const pages = Object.keys(shell.pages).filter((one) => one === page || had.includes(one));
  const later = shell.later.flatMap((group) => group.filter((file) => had.includes(file) || fetched.some((one) => group.includes(one))));
  const seen = fetched.filter((one) => setting.test(one));
  // A page comes after what it refers to, so that whoever is interrupted is left with a page that is whole.
  const wanted = [...new Set([...later, ...pages.flatMap((one) => shell.pages[one] ?? []), ...shell.common, ...seen, ...pages])];
  for (const address of wanted) {
    if (lasting.test(address) && had.includes(address)) continue;
    const one = await fetch(address, { cache: lasting.test(address) || areas.test(address) ? 'default' : 'no-cache', credentials: 'omit' });
    if (one.ok) await cache.put(address, one);
    else if (!setting.test(address)) throw new Error(`${address}: ${one.status}`);
  }
  await cache.put(list, answer);
  const replaced = seen.map((one) => areas.exec(one)?.[1]).filter((one) => one !== undefined);
  const stays = (address: string) => wanted.includes(address) || address === list || (setting.test(address) && !replaced.some((sets) => address.startsWith(sets)));
  for (const address of had) if (!stays(address)) await cache.delete(address);
}

function addressOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

worker.addEventListener('install', (event) => {
  event.waitUntil(worker.skipWaiting());
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(worker.clients.claim());
});

worker.addEventListener('message', (event) => {
  event.waitUntil(renew(event.data as Opened).catch(() => undefined));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || request.headers.has('Authorization')) return;
  if (lasting.test(url.pathname)) event.respondWith(cacheFirst(request, url.pathname));
  else if (request.mode === 'navigate' || url.pathname === '/favicon.svg') event.respondWith(networkFirst(request, url.pathname));
  else if (setting.test(url.pathname + url.search)) event.respondWith(networkFirst(request, url.pathname + url.search));
});

async function cacheFirst(request: Request, path: string): Promise<Response> {
  const found = await find(path);
  if (found) return found;
  const answer = await fetch(request);
  // The map is fetched once the page has shown itself, which may be after it told what it fetched.
  const shell = answer.ok && ((await (await find(list))?.json()) as Shell | undefined);
  if (shell && shell.later.flat().includes(path)) await (await open()).put(path, answer.clone());
  return answer;
}

/** A network that answers slowly is as good as none to somebody in a stairwell. */
const patience = 3000;

async function networkFirst(request: Request, address: string): Promise<Response> {
  const fallback = await find(address);
  if (!fallback) return await fetch(request);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(patience) });
    return answer.ok ? answer : fallback;
  } catch {
    return fallback;
  }
}
