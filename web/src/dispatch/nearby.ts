/** Something with a place: degrees, WGS 84. */
interface Placed {
  lon: number;
  lat: number;
}

/** Radius of the mean sphere in metres. */
const radius = 6_371_008.8;

/** Metres between two places on the mean sphere (haversine). */
export function metresBetween(a: Placed, b: Placed): number {
  const rad = Math.PI / 180;
  const [sin1, sin2] = [Math.sin(((b.lat - a.lat) * rad) / 2), Math.sin(((b.lon - a.lon) * rad) / 2)];
  return 2 * radius * Math.asin(Math.min(1, Math.sqrt(sin1 * sin1 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * sin2 * sin2)));
}

/** Things by their distance from a place, nearest first, each with its metres. */
export function byDistance<T extends Placed>(from: Placed, things: readonly T[]): { thing: T; metres: number }[] {
  return things.map((thing) => ({ thing, metres: metresBetween(from, thing) })).sort((a, b) => a.metres - b.metres);
}
