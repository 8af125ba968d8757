import type { RequestParameters } from 'maplibre-gl';

/** How the map asks for an address. Keys of tile servers are bound to the site that uses them, so that other hosts are told which one asks; and nothing else. */
export function asking(url: string): RequestParameters {
  return /^https?:/.test(url) && !url.startsWith(`${location.origin}/`) ? { url, referrerPolicy: 'origin' } : { url };
}
