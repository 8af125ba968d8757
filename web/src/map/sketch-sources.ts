import type * as GeoJSON from 'geojson';

/** What lies on the map of the boundary editor, from below to above. */
export const SKETCH = { areas: 'areas', hands: 'hands', faults: 'faults', line: 'line', handles: 'handles', names: 'names', chosen: 'chosen' } as const;
export type SketchSource = (typeof SKETCH)[keyof typeof SKETCH];

/** How many areas may have changed for the change to be sent instead of everything. */
const mostChanged = 100;

/** What was taken away and what came between two collections whose features are the same objects where nothing changed; undefined where that is much. */
export function changeOf(from: GeoJSON.GeoJSON | undefined, to: GeoJSON.GeoJSON | undefined): { remove: string[]; add: GeoJSON.Feature[] } | undefined {
  if (from?.type !== 'FeatureCollection' || to?.type !== 'FeatureCollection') return undefined;
  const was = new Set(from.features);
  const is = new Set(to.features);
  const gone = from.features.filter((one) => !is.has(one));
  const add = to.features.filter((one) => !was.has(one));
  if (gone.length + add.length > mostChanged) return undefined;
  const remove = gone.map((one) => String(one.properties?.['code'] ?? ''));
  return remove.includes('') ? undefined : { remove, add };
}

/** A stored boundary set as the map shows it: by its vector tiles, whatever its size. */
export interface SetTiles {
  /** Address pattern of its tiles. */
  address: string;
  /** Bearer token for those of a draft. */
  token?: () => string | undefined;
  /** Its levels, coarse to fine. */
  levels: readonly string[];
  bounds: [number, number, number, number];
  /** Only these areas; all, where none are named. */
  codes?: readonly string[];
}
