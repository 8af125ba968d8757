import type { AreaTree } from '../contract/areas.ts';

/** west, south, east, north in degrees. */
export type Bounds = [number, number, number, number];

/** How wide the areas of one level are on the average, and how many there are: what decides at which zoom they can be read. */
export interface LevelScale {
  count: number;
  /** Zoom at which an average area is one pixel wide; n pixels are log2(n) more. */
  onePixel: number;
}

/** Metres per degree of latitude on the mean sphere (radius 6,371,008.8 m). */
const metresPerDegree = 111_195;
/** Metres per pixel at zoom 0 on the equator, for tiles of 512 pixels. */
const metresPerPixel = 78_271.517;

/** The scale of each level, coarse to fine, as if its areas filled the bounds evenly. */
export function levelScales(areas: AreaTree, [west, south, east, north]: Bounds): LevelScale[] {
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const squareMetres = Math.max(1, (east - west) * metresPerDegree * shrink * (north - south) * metresPerDegree);
  return areas.levels.map((_, level) => {
    const count = Math.max(1, areas.of(level).length);
    return { count, onePixel: Math.log2((metresPerPixel * shrink) / Math.sqrt(squareMetres / count)) };
  });
}

/** The zoom at which an average area of the level is so many pixels wide, within what a map can show. */
export function zoomAtWidth(scale: LevelScale, pixels: number): number {
  return Math.min(20, Math.max(0, scale.onePixel + Math.log2(pixels)));
}

/** The zoom from which the lines of a level are worth drawing; the coarsest always. */
export function linesFrom(scales: readonly LevelScale[], level: number): number {
  const scale = scales[level];
  return level === 0 || !scale ? 0 : zoomAtWidth(scale, level === scales.length - 1 && scales.length > 2 ? 54 : 30);
}

/** From which to which zoom the names of each level stand on the map, so that two levels rarely compete for room. */
export function namesBetween(scales: readonly LevelScale[]): [number, number][] {
  return scales.map((scale, level) => {
    const finer = scales[level + 1];
    const from = level === 0 ? 0 : zoomAtWidth(scale, finer || level === 1 ? 62 : 130);
    // The name of the whole gives way as soon as those of its parts can be read.
    const to = finer ? Math.max(from + 0.5, zoomAtWidth(finer, scale.count === 1 ? 62 : 240)) : 24;
    return [from, to];
  });
}

/** The zoom from which counts are those of the level at which they are kept; below it, those of the level above. */
export function fineCountsFrom(scale: LevelScale | undefined, pointsFrom: number): number {
  return scale ? Math.min(zoomAtWidth(scale, 90), pointsFrom - 0.5) : 0;
}
