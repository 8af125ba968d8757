import type { BoundarySet } from '../contract/schemas.ts';
import type { SetTiles } from '../map/sketch-sources.ts';
import type { Setting } from '../page/settings.ts';

/** A stored set for the map, or some of its areas; those of a draft come to whoever may see it. */
export function tilesOf({ client }: Setting, { set, levels, bbox, status }: BoundarySet, codes?: readonly string[]): SetTiles {
  const [west = -180, south = -85, east = 180, north = 85] = bbox;
  return {
    address: `${location.origin}/v1/${client.jurisdiction}/boundary-sets/${set}/tiles/{z}/{x}/{y}`, levels, bounds: [west, south, east, north],
    ...(status === 'draft' ? { token: () => client.token } : {}), ...(codes ? { codes } : {}),
  };
}
