import type { AreaTree, Position } from '../contract/areas.ts';
import type { QueueItem, ReassignmentPreview } from '../contract/schemas.ts';
import { asked, type Filters } from './filters.ts';

/** A ring of positions; first and last are the same. */
export type Ring = readonly Position[];

/** What was picked to be handed on together: reports one by one, or areas, or what lies inside a line drawn on the map. */
export type Picked =
  | { by: 'reports'; reports: ReadonlySet<string> }
  | { by: 'areas'; areas: ReadonlySet<string> }
  | { by: 'ring'; ring: Ring };

export const nothingPicked: Picked = { by: 'reports', reports: new Set() };

/** The most reports that the server takes one by one. */
export const mostReports = 500;

export function isEmpty(picked: Picked): boolean {
  if (picked.by === 'reports') return picked.reports.size === 0;
  return picked.by === 'areas' && picked.areas.size === 0;
}

/** Whether a listed report is among what was picked. */
export function isPicked(picked: Picked, item: Pick<QueueItem, 'report' | 'chain' | 'lon' | 'lat'>): boolean {
  switch (picked.by) {
    case 'reports': return picked.reports.has(item.report);
    case 'areas': return item.chain.some((code) => picked.areas.has(code));
    case 'ring': return inside(picked.ring, [item.lon, item.lat]);
  }
}

/** One report more or less; what was picked by areas or a line becomes the listed reports in it first. */
export function toggled(picked: Picked, item: QueueItem, listed: readonly QueueItem[]): Picked {
  const reports = new Set(picked.by === 'reports' ? picked.reports : listed.filter((one) => isPicked(picked, one)).map((one) => one.report));
  if (!reports.delete(item.report)) reports.add(item.report);
  return { by: 'reports', reports };
}

/** One area more or less; what was picked otherwise is forgotten. */
export function areaToggled(picked: Picked, code: string): Picked {
  const areas = new Set(picked.by === 'areas' ? picked.areas : []);
  if (!areas.delete(code)) areas.add(code);
  return { by: 'areas', areas };
}

/** The ring around west, south, east, north. */
export function ringAround([west, south, east, north]: readonly [number, number, number, number]): Ring {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

/** A ring with at most so many different positions, evenly thinned, as the server takes no more. */
export function thinned(ring: Ring, most: number): Ring {
  if (ring.length <= most) return ring;
  const step = (ring.length - 1) / (most - 1);
  const kept = Array.from({ length: most - 1 }, (_, at) => ring[Math.round(at * step)] as Position);
  return [...kept, kept[0] as Position];
}

/** Whether a point lies inside a ring, by the parity of crossings; on the line it may be either, the server decides. */
export function inside(ring: Ring, [x, y]: Position): boolean {
  let within = false;
  for (let at = 1; at < ring.length; at++) {
    const [x1, y1] = ring[at - 1] as Position;
    const [x2, y2] = ring[at] as Position;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) within = !within;
  }
  return within;
}

/** What the server is asked to look for: what was picked, and where that is not named one by one, what the filters leave of it. */
export function selectionOf(picked: Picked, filters: Filters, listed: readonly QueueItem[], areas: AreaTree): Omit<ReassignmentPreview, 'to' | 'reason'> {
  if (picked.by === 'reports') {
    const items = listed.filter((one) => picked.reports.has(one.report));
    // Their areas spare the server from looking everywhere; a report outside all areas, or in one that is no more, is looked for.
    const codes = new Set(items.map((one) => one.chain.at(-1) ?? ''));
    const known = items.length === picked.reports.size && [...codes].every((code) => areas.area(code));
    return { reports: [...picked.reports], ...(known ? { areas: [...codes] } : {}) };
  }
  const { area } = filters;
  const filter = asked(filters);
  if (picked.by === 'areas') return { areas: [...picked.areas], ...filter };
  return { polygon: { type: 'Polygon', coordinates: [picked.ring] }, ...(area ? { areas: [area] } : {}), ...filter };
}
