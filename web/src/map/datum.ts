import gcoord from 'gcoord';
import type { Position } from '../contract/areas.ts';

/** Pixels along the edge of a tile. */
export const side = 256;

/** Which pixel of a source lies under a pixel of a tile: [x · a + y · c + e, x · b + y · d + f], as a canvas takes it. */
export interface Placement { a: number; b: number; c: number; d: number; e: number; f: number }

/** The pixel, from the north-west corner of the world, at which a place lies on tiles of web Mercator. Longitude and latitude in degrees. */
export function pixelAt([lon, lat]: Position, zoom: number): [number, number] {
  const world = side * 2 ** zoom;
  const sine = Math.sin((lat * Math.PI) / 180);
  return [((lon + 180) / 360) * world, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world];
}

/** The place of a pixel. */
export function placeAt(x: number, y: number, zoom: number): Position {
  const world = side * 2 ** zoom;
  return [(x / world) * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / world))) * 180) / Math.PI];
}

/** The pixel of pictures in GCJ-02 that shows what lies at a pixel in WGS 84; the same one outside of where GCJ-02 holds. */
export function shiftedPixel(x: number, y: number, zoom: number): [number, number] {
  return pixelAt(gcoord.transform(placeAt(x, y, zoom) as [number, number], gcoord.WGS84, gcoord.GCJ02), zoom);
}

/**
 * Where the pixels of a tile in WGS 84 lie on pictures in GCJ-02: the affine map that fits the tile's corners best. The shift is smooth, so that
 * this is right within half a pixel all over a tile, at every zoom; a test says by how much.
 */
export function placement(zoom: number, column: number, row: number): Placement {
  const corner = (right: number, down: number) => shiftedPixel((column + right) * side, (row + down) * side, zoom);
  const [nw, ne, sw, se] = [corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)];
  const across = (axis: 0 | 1) => (ne[axis] + se[axis] - nw[axis] - sw[axis]) / (2 * side);
  const along = (axis: 0 | 1) => (sw[axis] + se[axis] - nw[axis] - ne[axis]) / (2 * side);
  const origin = (axis: 0 | 1) => (nw[axis] + ne[axis] + sw[axis] + se[axis]) / 4 - ((across(axis) + along(axis)) * side) / 2;
  const fit = { a: across(0), b: across(1), c: along(0), d: along(1), e: origin(0), f: origin(1) };
  if (Math.max(Math.abs(fit.a - 1), Math.abs(fit.b), Math.abs(fit.c), Math.abs(fit.d - 1)) < tear) return fit;
  // The edge of where GCJ-02 holds runs through the tile, far away from any city: one side of it is right.
  const [x, y] = shiftedPixel((column + 0.5) * side, (row + 0.5) * side, zoom);
  return { a: 1, b: 0, c: 0, d: 1, e: x - side / 2, f: y - side / 2 };
}

/** The shift differs by four per mille of a distance at most; beyond this it is no shift any more. */
const tear = 0.02;
