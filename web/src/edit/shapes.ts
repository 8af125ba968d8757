import type { Position } from '../contract/areas.ts';

/** An area as the server gives it: GeoJSON with level, code, name and parent. */
export interface AreaFeature {
  type: 'Feature';
  properties: { level: string; code: string; name: string; parent?: string };
  geometry: { type: 'Polygon'; coordinates: Position[][] } | { type: 'MultiPolygon'; coordinates: Position[][][] };
}

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

/** All handles of an area: each vertex, and the middle of each edge. */
export function handlesOf(feature: AreaFeature): Handle[] {
  return ringsOf(feature).flatMap((ring) => ring.flatMap((at, n): Handle[] => {
    const after = ring[(n + 1) % ring.length] as Position;
    return [{ at, kind: 'vertex' }, { at: [(at[0] + after[0]) / 2, (at[1] + after[1]) / 2], kind: 'middle', before: at, after }];
  }));
}

/** The areas after a change: those taken away are gone, those made or changed are as the server gives them now. */
export function withChange(areas: AreaCollection, removed: readonly string[], changed: readonly AreaFeature[]): AreaCollection {
  const gone = new Set([...removed, ...changed.map((one) => one.properties.code)]);
  return { type: 'FeatureCollection', features: [...areas.features.filter((one) => !gone.has(one.properties.code)), ...changed] };
}

/** The box around an area: west, south, east, north. */
export function boxOf(positions: readonly Position[]): [number, number, number, number] | undefined {
  if (positions.length === 0) return undefined;
  const lons = positions.map(([lon]) => lon);
  const lats = positions.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
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
