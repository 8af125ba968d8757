import { path, type AreaTree, type Position } from '../contract/areas.ts';
import type { Located } from '../contract/schemas.ts';
import { rounded } from '../map/features.ts';

type Neighbour = NonNullable<Located['chain'][number]['neighbours']>[number];

/** At most so many sides are asked about besides the one where the pin stands. */
const mostSides = 3;

/** The neighbours in which the place may really lie: of the finest level, because its person gets the report. */
export function otherSides(located: Located): readonly Neighbour[] {
  return (located.chain.at(-1)?.neighbours ?? []).slice(0, mostSides);
}

/** Metres per degree of latitude. */
const perDegree = 111_195;

/**
 * The place `beyond` metres past the point of an edge, coming from a place near it: what somebody means who says "on the other side".
 * From the edge itself, which has no direction, it goes towards `inside`, a point of the other area. All in degrees, WGS 84.
 */
export function across(from: Position, edge: Position, inside: Position, beyond: number): Position {
  const east = perDegree * Math.cos((edge[1] * Math.PI) / 180);
  const way = (a: Position, b: Position): [number, number] => [(b[0] - a[0]) * east, (b[1] - a[1]) * perDegree];
  let [x, y] = way(from, edge);
  if (Math.hypot(x, y) < 0.1) [x, y] = way(edge, inside);
  const far = Math.hypot(x, y) || 1;
  return [rounded(edge[0] + (x / far) * (beyond / east)), rounded(edge[1] + (y / far) * (beyond / perDegree))];
}

/** Metres past the edge that are tried one after the other: an edge that bends may come back over the first. */
const beyonds = [1, 3, 8];

/** Places over the edge in a neighbour of where a report lies, nearest first; none where the edge is not known. `inside` is a point of that neighbour. */
export function placesIn({ chain, proof }: Located, code: string, inside: Position | undefined): readonly Position[] {
  const [lon, lat] = chain.at(-1)?.neighbours?.find((one) => one.code === code)?.at ?? [];
  if (!inside || lon === undefined || lat === undefined) return [];
  return beyonds.map((beyond) => across([proof.lon, proof.lat], [lon, lat], inside, beyond));
}

/**
 * The name of each of some areas, the place's own first, with that of the area that holds it, and of those above as far as they tell one from another:
 * there is a second micro-grid in every grid.
 */
export function namesBeside(areas: AreaTree, codes: readonly string[]): readonly string[] {
  const chains = codes.map((code) => areas.chain(code));
  const same = (at: number) => new Set(chains.map((chain) => chain[at]?.code)).size === 1;
  const least = Math.min(...chains.map((chain) => chain.length));
  let from = 0;
  while (from < least - 2 && same(from)) from++;
  return codes.map((code, at) => path((chains[at] ?? []).slice(from).map((area) => area.name)) || areas.name(code));
}
