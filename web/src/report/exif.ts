import type { Position } from '../contract/areas.ts';

/** Tags of the GPS directory: which hemisphere, and degrees, minutes and seconds (Exif 2.32, 4.6.6). */
const GPS_DIRECTORY = 0x8825;
const NORTH_SOUTH = 1;
const LATITUDE = 2;
const EAST_WEST = 3;
const LONGITUDE = 4;

/**
 * Where a JPEG was taken, by its Exif: longitude and latitude in degrees, WGS 84, which is what the standard asks of cameras. Undefined where it does not say so
 * in full, whatever else the bytes hold.
 */
export function positionIn(jpeg: Uint8Array): Position | undefined {
  try {
    const tiff = exifOf(new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength));
    return tiff && gpsOf(tiff);
  } catch {
    return undefined; // an offset that leads out of the file
  }
}

/** The TIFF inside the segment APP1 of a JPEG. */
function exifOf(view: DataView): DataView | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda) return undefined; // the picture itself
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return new DataView(view.buffer, view.byteOffset + at + 10, Math.min(view.getUint16(at + 2) - 8, view.byteLength - at - 10));
  }
  return undefined;
}

function gpsOf(tiff: DataView): Position | undefined {
  const little = tiff.getUint16(0) === 0x4949;
  /** Where the value of each tag of a directory stands: at most 4 bytes in the entry itself, otherwise where it says. */
  const directory = (at: number) => {
    const entries = new Map<number, { at: number; count: number; type: number }>();
    const count = tiff.getUint16(at, little);
    for (let n = 0; n < count; n++) {
      const entry = at + 2 + 12 * n;
      entries.set(tiff.getUint16(entry, little), { at: entry + 8, type: tiff.getUint16(entry + 2, little), count: tiff.getUint32(entry + 4, little) });
    }
    return entries;
  };
  const pointer = directory(tiff.getUint32(4, little)).get(GPS_DIRECTORY);
  if (!pointer) return undefined;
  const gps = directory(tiff.getUint32(pointer.at, little));
  const degrees = (tag: number, sideTag: number, negative: string, most: number) => {
    const [value, side] = [gps.get(tag), gps.get(sideTag)];
    if (!value || !side || value.type !== 5 || value.count !== 3) return undefined;
    const from = tiff.getUint32(value.at, little);
    const part = (n: number) => tiff.getUint32(from + 8 * n, little) / tiff.getUint32(from + 8 * n + 4, little);
    const size = part(0) + part(1) / 60 + (part(2) || 0) / 3600;
    return size <= most ? (String.fromCharCode(tiff.getUint8(side.at)) === negative ? -size : size) : undefined;
  };
  const [lon, lat] = [degrees(LONGITUDE, EAST_WEST, 'W', 180), degrees(LATITUDE, NORTH_SOUTH, 'S', 90)];
  // Cameras without a fix write zeros.
  return lon === undefined || lat === undefined || (lon === 0 && lat === 0) ? undefined : [lon, lat];
}
