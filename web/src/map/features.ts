import type { AreaTree, Position } from '../contract/areas.ts';
import type { AreaCount, PublicReports, QueueItem } from '../contract/schemas.ts';

/** Points with flat properties: all that the overlays hold. */
export interface PointFeature {
  type: 'Feature';
  id?: number;
  geometry: { type: 'Point'; coordinates: Position };
  properties: Record<string, string | number | boolean>;
}

export interface PointCollection {
  type: 'FeatureCollection';
  features: PointFeature[];
}

/** Lines and areas that overlays draw. */
export interface ShapeCollection {
  type: 'FeatureCollection';
  features: { type: 'Feature'; geometry: { type: 'LineString'; coordinates: Position[] } | { type: 'Polygon'; coordinates: Position[][] }; properties: Record<string, string | number | boolean> }[];
}

export type Overlay = PointCollection | ShapeCollection;

export const noShapes: ShapeCollection = { type: 'FeatureCollection', features: [] };

export const nothing: PointCollection = { type: 'FeatureCollection', features: [] };

function point(coordinates: Position, properties: PointFeature['properties']): PointFeature {
  return { type: 'Feature', geometry: { type: 'Point', coordinates }, properties };
}

/** Reports of the staff's list. `waiting` is true while nobody has it; exactly the selected one has `selected`, those to be handed on `picked`. */
export function queuePoints(items: readonly QueueItem[], selected: string | undefined, picked: (item: QueueItem) => boolean = () => false): PointCollection {
  // Nobody knows where an address lies that was not found; its point is only where a map opens.
  const features = items.filter((item) => item.address_grade !== 'none').map((item) =>
    point([item.lon, item.lat], { report: item.report, waiting: item.assignee.kind === 'queue', selected: item.report === selected, picked: picked(item), late: item.late === true }));
  return { type: 'FeatureCollection', features };
}

/** Public reports. They say nothing about who has them. */
export function publicPoints(reports: PublicReports): PointCollection {
  const features = reports.features.map((one) => {
    const [lon = 0, lat = 0] = one.geometry.coordinates;
    return point([lon, lat], { report: one.id, waiting: one.properties.status === 'received', selected: false });
  });
  return { type: 'FeatureCollection', features };
}

/** The one reported place of the tracking page. */
export function onePoint(at: Position): PointCollection {
  return { type: 'FeatureCollection', features: [point(at, { report: '', waiting: false, selected: true })] };
}

/**
 * Counts at the labels of their areas, and their sums at the labels of the areas that hold those, each with its level's position.
 * Areas without open reports and codes that are no area (`-` is outside all) are left out.
 */
export function countPoints(counts: readonly AreaCount[], areas: AreaTree): PointCollection {
  const sums = new Map<string, { level: number; at: Position; open: number; waiting: number; late: number }>();
  for (const count of counts) {
    areas.chain(count.code).forEach((area, level) => {
      const sum = sums.get(area.code) ?? { level, at: area.label, open: 0, waiting: 0, late: 0 };
      sums.set(area.code, { ...sum, open: sum.open + count.open, waiting: sum.waiting + count.waiting, late: sum.late + (count.late ?? 0) });
    });
  }
  const features = [...sums].filter(([, sum]) => sum.open > 0)
    .map(([code, { level, at, open, waiting, late }]) => point(at, { code, level, open, waiting, late }));
  return { type: 'FeatureCollection', features };
}

/** How many shades areas are given by their counts. */
export const shadeCount = 4;

/** The shade of each counted area, from 1 (few open reports) to `shadeCount` (as many as the fullest area of its level), in equal steps. */
export function shades(counts: PointCollection): Map<string, number> {
  const fullest = new Map<number, number>();
  for (const { properties: { level, open } } of counts.features) fullest.set(Number(level), Math.max(Number(open), fullest.get(Number(level)) ?? 0));
  return new Map(counts.features.map(({ properties: { code, level, open } }) =>
    [String(code), Math.max(1, Math.ceil((shadeCount * Number(open)) / (fullest.get(Number(level)) ?? 1)))]));
}

/** One ring as an overlay. */
export function ringShape(ring: readonly Position[]): ShapeCollection {
  return { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type: 'Polygon', coordinates: [[...ring]] }, properties: {} }] };
}

/** Lines from places to places. */
export function lineShapes(lines: readonly (readonly [Position, Position])[]): ShapeCollection {
  return { type: 'FeatureCollection', features: lines.map((line) => ({ type: 'Feature', geometry: { type: 'LineString', coordinates: [...line] }, properties: {} })) };
}

/**
 * How exactly a place was meant that was pointed at on the map, in metres: half a fingertip (8 pixels) at this zoom and latitude
 * (degrees), at least 1 and at most 200. MapLibre's tiles have 512 pixels, so that zoom 0 shows 78,271.5 m per pixel at the equator.
 */
export function pointingAccuracy(zoom: number, latitude: number): number {
  const metresPerPixel = (78_271.517 * Math.cos((latitude * Math.PI) / 180)) / 2 ** zoom;
  return Math.round(Math.min(200, Math.max(1, 8 * metresPerPixel)) * 10) / 10;
}

/** Coordinates as they are stored: rounded to 1e-7 degree. */
export function rounded(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}
