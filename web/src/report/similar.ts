import type { Client } from '../contract/client.ts';
import type { PublicReports, Status } from '../contract/schemas.ts';
import type { Place } from './draft.ts';

/** An open report near a place, as everybody may see it: no persons, and words only where its reporter agreed. */
export interface Near {
  id: string;
  service: string;
  status: Status;
  filedAt: string;
  metres: number;
  words: string;
}

/** Metres within which a report can be of the same thing, and how many are shown. */
const reach = 150;
const mostShown = 3;
/** Metres per degree of latitude. */
const perDegree = 111_195;

/** West, south, east, north around a place, as the contract writes it. */
export function around({ lon, lat }: Pick<Place, 'lon' | 'lat'>): string {
  const north = reach / perDegree;
  const east = north / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  return [lon - east, lat - north, lon + east, lat + north].map((one) => one.toFixed(6)).join(',');
}

/** The reports within reach of a place, nearest first. Distances are right to a per cent, which is enough to judge by. */
export function nearest(reports: PublicReports, { lon, lat }: Pick<Place, 'lon' | 'lat'>): Near[] {
  return reports.features
    .map(({ id, geometry: { coordinates: [x = 0, y = 0] }, properties }) => ({
      id, service: properties.service_code, status: properties.status, filedAt: properties.filed_at, words: properties.words ?? '',
      metres: Math.hypot((x - lon) * Math.cos((lat * Math.PI) / 180), y - lat) * perDegree,
    }))
    .filter((one) => one.metres <= reach)
    .sort((a, b) => a.metres - b.metres);
}

/** Those of one service that are shown. */
export function similar(all: readonly Near[], service: string): readonly Near[] {
  return service ? all.filter((one) => one.service === service).slice(0, mostShown) : [];
}

/**
 * The smallest print of the first released photo of each report, as an address in this page's memory: pages may connect to the store but not embed
 * what is there. Reports without one are left out.
 */
export async function firstPhotos(client: Client, reports: readonly Near[]): Promise<ReadonlyMap<string, string>> {
  // One that cannot be shown takes away none of the others.
  const found = await Promise.all(reports.map(async ({ id }) => await firstPhoto(client, id).then((url) => [id, url] as const, () => [id, ''] as const)));
  return new Map(found.filter(([, url]) => url !== ''));
}

/** The same of one report, or an empty address. */
async function firstPhoto(client: Client, id: string): Promise<string> {
  const { photos } = await client.get('/v1/{jurisdiction}/released-photos', { query: { report: id } });
  const print = photos[0]?.prints[0];
  const answer = print && (await fetch(print.url, { credentials: 'omit', referrerPolicy: 'no-referrer' }));
  return answer?.ok ? URL.createObjectURL(await answer.blob()) : '';
}
