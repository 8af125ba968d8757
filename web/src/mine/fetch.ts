import { areaTree, type Position } from '../contract/areas.ts';
import type { Client } from '../contract/client.ts';
import { readAreas } from '../contract/pieces.ts';
import type { QueueItem } from '../contract/schemas.ts';
import type { Session } from '../sign-in/session.ts';
import type { Details, Kept, Outline } from './kept.ts';

/** How many cases come with one answer, and how many are asked about at once. */
const mostCases = 200;
const atOnce = 4;

/** Fetches all that the list needs without a network. What did not change since `before` is not fetched again. */
export async function fetchKept(client: Client, session: Session, before: Kept | undefined): Promise<Kept> {
  const [jurisdiction, queue, own] = await Promise.all([
    client.get('/v1/{jurisdiction}', {}),
    fetchCases(client, session.person),
    client.get('/v1/{jurisdiction}/duties', {}),
  ]);
  const codes = own.duties.map((duty) => duty.area);
  const places = await fetchPlaces(client, jurisdiction.boundary_set, [...new Set(codes)], before);
  return {
    person: session.person, name: session.name, at: new Date().toISOString(), jurisdiction, duties: own.duties,
    people: Object.fromEntries(own.people.map(({ person, name }) => [person, name])),
    reports: await withDetails(client, queue, before?.reports ?? []), ...places,
  };
}

/** All cases of a person. */
async function fetchCases(client: Client, person: string): Promise<QueueItem[]> {
  const all: QueueItem[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const part: { reports: QueueItem[]; next?: string } = await client.get('/v1/{jurisdiction}/queue', { query: { assignee: person, limit: mostCases, ...(next ? { cursor: next } : {}) } });
    all.push(...part.reports);
    next = part.next || undefined;
  }
  return all;
}

/** How many areas are asked for by their codes at once. */
const together = 50;

/** The names of all areas, and the outlines of some; a boundary set never changes, so that what was fetched of it stays right. */
async function fetchPlaces(client: Client, set: string | undefined, codes: readonly string[], before: Kept | undefined): Promise<Pick<Kept, 'names' | 'outlines'>> {
  if (!set) return { names: {}, outlines: [] };
  const known = before?.jurisdiction.boundary_set === set;
  if (known && codes.every((code) => before.outlines.some((one) => one.code === code))) {
    return { names: before.names, outlines: before.outlines.filter((one) => codes.includes(one.code)) };
  }
  const path = { set };
  const tree = areaTree((await readAreas((cursor) => client.get('/v1/{jurisdiction}/boundary-sets/{set}/areas', { path, query: { geometry: false, ...cursor } }))).features, undefined);
  const names: Record<string, string> = {};
  for (const [level] of tree.levels.entries()) for (const area of tree.of(level)) names[area.code] = area.name;
  const outlines: Outline[] = [];
  for (let from = 0; from < codes.length; from += together) {
    const some = codes.slice(from, from + together).join();
    const { features } = await readAreas((cursor) => client.get('/v1/{jurisdiction}/boundary-sets/{set}/areas', { path, query: { codes: some, ...cursor } }));
    for (const { properties, geometry } of features) {
      const code = String((properties as { code?: unknown } | null)?.code ?? '');
      outlines.push({ code, name: names[code] ?? code, rings: ringsOf(geometry) });
    }
  }
  return { names, outlines };
}

/** The rings of a GeoJSON Polygon or MultiPolygon; none of anything else. */
export function ringsOf(geometry: unknown): Position[][] {
  const { type, coordinates } = (geometry ?? {}) as { type?: string; coordinates?: unknown };
  if (type === 'Polygon') return coordinates as Position[][];
  return type === 'MultiPolygon' ? (coordinates as Position[][][]).flat() : [];
}

/** The cases with what they say, which the list leaves out. What did not change since is not fetched again. */
async function withDetails(client: Client, items: readonly QueueItem[], before: Kept['reports']): Promise<Kept['reports']> {
  const said = new Map(before.map((one) => [one.report, detailsOf(one)]));
  const waiting = items.filter((one) => said.get(one.report)?.known !== one.version);
  const ask = async (): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const now = await client.get('/v1/{jurisdiction}/reports/{report}', { path: { report: one.report } });
      said.set(one.report, detailsOf({ ...now, known: now.version }));
    }
  };
  // A list without some words is better than none.
  await Promise.allSettled(Array.from({ length: atOnce }, ask));
  return items.map((one) => ({ ...one, ...said.get(one.report) }));
}

function detailsOf({ description, address, answers, has_contact, events, known }: Partial<Details>): Partial<Details> {
  if (description === undefined || known === undefined) return {};
  return { description, known, ...(address ? { address } : {}), ...(answers ? { answers } : {}), ...(has_contact ? { has_contact } : {}), ...(events ? { events } : {}) };
}
