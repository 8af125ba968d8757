import type { Position } from '../contract/areas.ts';
import type { Client } from '../contract/client.ts';
import { ringsOf, squareMetres, type AreaFeature, type Handle } from './shapes.ts';

const unit = 1e7; // to a degree, as the server counts
const days = 30;
/** How many parts are read at most, each of some thousand reports; a jurisdiction with more in a month is not counted here. */
const mostParts = 40;

/** Where the reports of the last month lie, by longitude. */
export class ReportPoints {
  private readonly lons: Int32Array;
  private readonly lats: Int32Array;

  /** Of longitudes and latitudes in turn, in ten-millionths of a degree. */
  constructor(flat: ArrayLike<number>) {
    const order = new Uint32Array(flat.length >> 1).map((_, n) => n).sort((a, b) => (flat[2 * a] as number) - (flat[2 * b] as number));
    this.lons = Int32Array.from(order, (n) => flat[2 * n] as number);
    this.lats = Int32Array.from(order, (n) => flat[2 * n + 1] as number);
  }

  get size(): number {
    return this.lons.length;
  }

  /** How many lie in an area. One on the border between two is counted in one of them, as the edges below and to the left belong to an area. */
  within(area: AreaFeature): number {
    const edges = new Edges(ringsOf(area));
    let count = 0;
    for (let n = this.from(edges.west); n < this.size && (this.lons[n] as number) <= edges.east; n++) {
      if (edges.hold(this.lons[n] as number, this.lats[n] as number)) count++;
    }
    return count;
  }

  /** The first point that lies at a longitude or east of it. */
  private from(lon: number): number {
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.lons[middle] as number) < lon) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The edges of an area in rows from south to north, so that a point is held against those of its row alone. */
class Edges {
  west = Infinity;
  east = -Infinity;
  private south = Infinity;
  private north = -Infinity;
  private readonly height: number;
  private readonly rows: number[][] = [];

  constructor(rings: readonly Position[][]) {
    const edges: number[] = [];
    for (const ring of rings) {
      let [lon, lat] = whole(ring.at(-1) as Position);
      for (const at of ring) {
        const [nextLon, nextLat] = whole(at);
        edges.push(lon, lat, nextLon, nextLat);
        [lon, lat] = [nextLon, nextLat];
        this.west = Math.min(this.west, lon);
        this.east = Math.max(this.east, lon);
        this.south = Math.min(this.south, lat);
        this.north = Math.max(this.north, lat);
      }
    }
    const count = Math.max(1, Math.min(512, edges.length >> 3));
    this.height = Math.max(1, (this.north - this.south) / count);
    for (let n = 0; n < edges.length; n += 4) {
      const [a, b] = [edges[n + 1] as number, edges[n + 3] as number];
      if (a === b) continue; // no row of points lies between its ends
      // From south to north, so that two areas that share it are told apart by the same sum.
      const edge = a < b ? edges.slice(n, n + 4) : [...edges.slice(n + 2, n + 4), ...edges.slice(n, n + 2)];
      for (let row = this.row(Math.min(a, b)); row <= this.row(Math.max(a, b)); row++) (this.rows[row] ??= []).push(...edge);
    }
  }

  private row(lat: number): number {
    return Math.floor((lat - this.south) / this.height);
  }

  /** Whether a point lies inside, by the edges that a ray to the west crosses. */
  hold(lon: number, lat: number): boolean {
    if (lat < this.south || lat > this.north) return false;
    const edges = this.rows[this.row(lat)] ?? [];
    let inside = false;
    for (let n = 0; n < edges.length; n += 4) {
      const [aLon, aLat, bLon, bLat] = [edges[n] as number, edges[n + 1] as number, edges[n + 2] as number, edges[n + 3] as number];
      if (aLat <= lat !== bLat <= lat && lon >= aLon + ((lat - aLat) * (bLon - aLon)) / (bLat - aLat)) inside = !inside;
    }
    return inside;
  }
}

function whole([lon, lat]: Position): [number, number] {
  return [Math.round(lon * unit), Math.round(lat * unit)];
}

/** Reads where the reports of the last thirty days lie; undefined where they are too many to be counted here. */
export async function readPoints(client: Client, now = new Date()): Promise<ReportPoints | undefined> {
  const from = new Date(now.getTime() - days * 86_400_000).toISOString();
  const parts: number[][] = [];
  let asked: { until?: string; cursor?: string } = {};
  while (parts.length < mostParts) {
    const part = await client.get('/v1/{jurisdiction}/exports/points', { query: { from, ...asked } });
    parts.push(part.points);
    if (!part.next) return new ReportPoints(Int32Array.from(parts.flat()));
    asked = { until: part.until, cursor: part.next };
  }
  return undefined;
}

/** The areas as they would be if a handle were let go at a place: those that have its vertex, or the edge of which it is the middle. */
export function wouldBe(areas: readonly AreaFeature[], handle: Handle, to: Position): AreaFeature[] {
  const [a, b] = handle.kind === 'vertex' ? [handle.at, handle.at] : [handle.before, handle.after];
  const near = areas.filter((area) => ringsOf(area).some((ring) => ring.some((at) => same(at, a)) && ring.some((at) => same(at, b)))); // nearly all are not
  return near.flatMap((area) => {
    let met = false;
    const changed = (ring: Position[]): Position[] => {
      const found = ring.slice(0, -1).flatMap((at, n): Position[] => {
        const after = ring[n + 1] as Position;
        if (handle.kind === 'vertex') return same(at, handle.at) ? ((met = true), [to]) : [at];
        const edge = (same(at, handle.before) && same(after, handle.after)) || (same(at, handle.after) && same(after, handle.before));
        return edge ? ((met = true), [at, to]) : [at];
      });
      return [...found, found[0] as Position];
    };
    const geometry = area.geometry.type === 'Polygon' ? { ...area.geometry, coordinates: area.geometry.coordinates.map(changed) }
      : { ...area.geometry, coordinates: area.geometry.coordinates.map((polygon) => polygon.map(changed)) };
    return met ? [{ ...area, geometry }] : [];
  });
}

function same(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/**
 * The areas with the households they would have, by the server's rule: those of an area live evenly on it, and ground takes its share along. Here what an area
 * gives is told by its size alone, so that nothing has to be overlaid while the pointer moves; the step itself is counted by the server. Ground that
 * nobody gets takes its households along; ground that nobody gave brings none.
 */
export function withHouseholds(before: readonly AreaFeature[], after: readonly AreaFeature[]): AreaFeature[] {
  const was = new Map(before.map((one) => [one.properties.code, one]));
  return [...new Set(after.map((one) => one.properties.level))].flatMap((level) => {
    const moves = after.filter((one) => one.properties.level === level).map((now) => {
      const old = was.get(now.properties.code);
      const metres = old ? squareMetres(old) : 0;
      return { now, metres, gained: squareMetres(now) - metres };
    });
    const taken = moves.map(({ now: { properties: { households } }, metres, gained }) => (gained >= 0 ? 0 : households === undefined ? NaN : Math.round((households * -gained) / metres)));
    const lost = taken.reduce((sum, n) => sum + n, 0);
    const [given, got] = [-1, 1].map((way) => moves.reduce((sum, { gained }) => sum + Math.max(0, way * gained), 0)) as [number, number];
    let [owed, paid] = [0, 0]; // what those that grow are due, and have got, in whole households
    return moves.map(({ now, gained }, n) => {
      let change = -(taken[n] as number);
      if (gained > 0) {
        owed += (lost * gained) / Math.max(given, got);
        change = Math.round(owed) - paid;
        paid += change;
      }
      return counted(now, change, gained !== 0);
    });
  });
}

/** An area with so many households more; it has none that are known where it had none, or where the change is not known. */
function counted(area: AreaFeature, change: number, estimated: boolean): AreaFeature {
  const { households, households_estimated: already, ...properties } = area.properties;
  if (households === undefined || Number.isNaN(change)) return { ...area, properties };
  return { ...area, properties: { ...properties, households: households + change, ...(already || estimated ? { households_estimated: true } : {}) } };
}
