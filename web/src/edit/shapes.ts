import type { Position } from '../contract/areas.ts';

/** An area as the server gives it: GeoJSON with level, code, name and parent, and the number of households where it is known. */
export interface AreaFeature {
  type: 'Feature';
  properties: { level: string; code: string; name: string; parent?: string; households?: number; households_estimated?: boolean };
  geometry: { type: 'Polygon'; coordinates: Position[][] } | { type: 'MultiPolygon'; coordinates: Position[][][] };
}

/** An area by name, whatever its outline. */
export type Named = Pick<AreaFeature, 'properties'>;

export interface AreaCollection {
  type: 'FeatureCollection';
  features: AreaFeature[];
}

/** A place on an area's border that can be taken hold of: a vertex, or the middle of the edge between two. */
export type Handle = { at: Position; kind: 'vertex' } | { at: Position; kind: 'middle'; before: Position; after: Position };

/** The rings of an area without the point that closes them. */
export function ringsOf(feature: AreaFeature): Position[][] {
  const polygons = feature.geometry.type === 'Polygon' ? [feature.geometry.coordinates] : feature.geometry.coordinates;
  return polygons.flat().map((ring) => ring.slice(0, -1));
}

/** The vertices of an area, ring after ring. */
export function verticesOf(feature: AreaFeature): Position[] {
  return ringsOf(feature).flat();
}

/** The vertex that comes some steps after one, ring after ring; after none the first, before none the last. */
export function vertexBeside(feature: AreaFeature, vertex: Position | undefined, by: number): Position | undefined {
  const all = verticesOf(feature);
  const at = vertex ? all.findIndex(([lon, lat]) => lon === vertex[0] && lat === vertex[1]) : by > 0 ? -1 : 0;
  return all[(at + by + all.length) % all.length];
}

const handles = new WeakMap<AreaFeature, readonly Handle[]>(); // an area that did not change is the same object

/** All handles of an area: each vertex, and the middle of each edge. The same ones as long as it is the same area. */
export function handlesOf(feature: AreaFeature): readonly Handle[] {
  const known = handles.get(feature);
  if (known) return known;
  const found = ringsOf(feature).flatMap((ring) => ring.flatMap((at, n): Handle[] => {
    const after = ring[(n + 1) % ring.length] as Position;
    return [{ at, kind: 'vertex' }, { at: [(at[0] + after[0]) / 2, (at[1] + after[1]) / 2], kind: 'middle', before: at, after }];
  }));
  handles.set(feature, found);
  return found;
}

/** The areas after a change: those taken away are gone, those made or changed are as the server gives them now. */
export function withChange(areas: AreaCollection, removed: readonly string[], changed: readonly AreaFeature[]): AreaCollection {
  const gone = new Set([...removed, ...changed.map((one) => one.properties.code)]);
  return { type: 'FeatureCollection', features: [...areas.features.filter((one) => !gone.has(one.properties.code)), ...changed] };
}

/**
 * A code for one area more beside an area: the highest of those under the same parent and as long, and one; where codes do not end in digits, or
 * these are all used, the area's own with a letter.
 */
export function nextCode(areas: { features: readonly Named[] }, { properties: { code, parent, level } }: Named): string {
  const used = new Set(areas.features.map((one) => one.properties.code));
  const begin = code.replace(/\d+$/, '');
  const digits = (one: string) => (one.length === code.length && one.startsWith(begin) && /^\d+$/.test(one.slice(begin.length)) ? one.slice(begin.length) : '');
  const highest = areas.features.filter((one) => one.properties.parent === parent && one.properties.level === level).map((one) => digits(one.properties.code)).sort().at(-1);
  if (highest) {
    const next = begin + String(BigInt(highest) + 1n).padStart(highest.length, '0');
    if (next.length === code.length && !used.has(next)) return next;
  }
  for (const letter of 'bcdefghijklmnopqrstuvwxyz') if (!used.has(code + letter)) return code + letter;
  return '';
}

/** A name for an area of a new code beside another: the other's with the new number where it ends in that of its code, or with a 2. */
export function nextName({ properties: { code, name } }: Named, next: string): string {
  const [number = ''] = /\d+$/.exec(name) ?? [];
  return number && code.endsWith(number) && /^\d+$/.test(next.slice(-number.length)) ? name.slice(0, -number.length) + next.slice(-number.length) : `${name} 2`;
}

/** Areas by their codes, and what they are called. */
export class Register {
  private readonly byCode: ReadonlyMap<string, Named>;
  private readonly names: ReadonlyMap<string, number>;
  /** How many areas of a level are called the same, once that is asked. */
  private calls: ReadonlyMap<string, number> | undefined;

  constructor(areas: { features: readonly Named[] }) {
    this.byCode = new Map(areas.features.map((one) => [one.properties.code, one]));
    this.names = counted(areas.features.map(({ properties: { level, name } }) => `${level} ${name}`));
  }

  area(code: string): Named | undefined {
    return this.byCode.get(code);
  }

  /** The name of an area, after that of its parent where others of its level have the same. */
  called({ properties: { level, name, parent } }: Named): string {
    const above = parent && (this.names.get(`${level} ${name}`) ?? 0) > 1 ? this.area(parent) : undefined;
    return above ? `${above.properties.name} ${name}` : name;
  }

  /** What tells an area from all others of its level in as few words as that takes: what it is called, and its code where others are called the same, or it is not called anything. */
  told(area: Named): string {
    const { level, code } = area.properties;
    const called = this.called(area);
    this.calls ??= counted([...this.byCode.values()].map((one) => `${one.properties.level} ${this.called(one)}`));
    return called && this.calls.get(`${level} ${called}`) === 1 ? called : [called, code].filter(Boolean).join(' ');
  }
}

/** How often each of some words is there. */
function counted(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of words) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}

/** The box around an area: west, south, east, north. */
export function boxOf(positions: readonly Position[]): [number, number, number, number] | undefined {
  if (positions.length === 0) return undefined;
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of positions) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

const places = new WeakMap<AreaFeature, Position>(); // an area that did not change is the same object

/** Where the name of an area stands: in the middle of the longest stretch inside it, on the parallel halfway up its widest part. */
export function placeOfName(feature: AreaFeature): Position {
  const known = places.get(feature);
  if (known) return known;
  const polygons = feature.geometry.type === 'Polygon' ? [feature.geometry.coordinates] : feature.geometry.coordinates;
  const wide = (box: [number, number, number, number] | undefined) => (box ? (box[2] - box[0]) * (box[3] - box[1]) : 0);
  const boxes = polygons.map((rings) => boxOf(rings[0] ?? []));
  const widest = boxes.reduce((best, box, n) => (wide(box) > wide(boxes[best]) ? n : best), 0);
  const [west, south, east, north] = boxes[widest] ?? [0, 0, 0, 0];
  const lat = (south + north) / 2;
  const crossings = (polygons[widest] ?? []).flatMap((ring) => ring.slice(1).flatMap((b, n) => {
    const a = ring[n] as Position;
    return a[1] <= lat === b[1] <= lat ? [] : [a[0] + ((lat - a[1]) * (b[0] - a[0])) / (b[1] - a[1])];
  })).sort((x, y) => x - y);
  let [from, to] = [west, east];
  for (let n = 0, longest = 0; n + 1 < crossings.length; n += 2) {
    const [enter, leave] = [crossings[n] as number, crossings[n + 1] as number];
    if (leave - enter > longest) [from, to, longest] = [enter, leave, leave - enter];
  }
  const place: Position = [(from + to) / 2, lat];
  places.set(feature, place);
  return place;
}

const earth = 6371008.8; // metres, mean radius (IUGG)

/** Square metres of an area on a sphere, each ring by the trapezoids under its edges; right to half a percent. */
export function squareMetres(feature: AreaFeature): number {
  const polygons = feature.geometry.type === 'Polygon' ? [feature.geometry.coordinates] : feature.geometry.coordinates;
  const radians = Math.PI / 180;
  const ringArea = (ring: Position[]) => {
    let sum = 0;
    for (let n = 1; n < ring.length; n++) {
      const [lon1, lat1] = ring[n - 1] as Position;
      const [lon2, lat2] = ring[n] as Position;
      sum += (lon2 - lon1) * radians * (Math.sin(lat1 * radians) + Math.sin(lat2 * radians));
    }
    return Math.abs((sum * earth * earth) / 2);
  };
  return polygons.reduce((all, [shell = [], ...holes]) => all + ringArea(shell) - holes.reduce((sum, hole) => sum + ringArea(hole), 0), 0);
}

/** Hectares as people write them. */
export function hectares(metres: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: metres < 100_000 ? 2 : 0 }).format(metres / 10_000);
}
