/** Milliseconds after a page has loaded in which the network is left to it and its map. */
const undisturbed = 4000;

/**
 * Has the page itself kept, where the browser can, so that it opens without a network from then on. Waits until the page has loaded, as a first
 * visit is not to be slowed; `at` is its path.
 */
export function keepPage(at: string): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  const begin = () => {
    if (navigator.onLine) setTimeout(() => void keep(at).catch(() => undefined), undisturbed); // some browsers forbid it
    else window.addEventListener('online', begin, { once: true });
  };
  if (document.readyState === 'complete') begin();
  else window.addEventListener('load', begin, { once: true });
}

async function keep(page: string): Promise<void> {
  if (!navigator.onLine) return;
  await navigator.serviceWorker.register('/worker.js', { type: 'module', updateViaCache: 'none' });
  const { active } = await navigator.serviceWorker.ready;
  const here = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter(({ name }) => name.startsWith(`${location.origin}/`));
  active?.postMessage({ page, fetched: here.map(({ name }) => name.slice(location.origin.length)) });
}
