import type { Position } from '../contract/areas.ts';
import type { Handle } from '../edit/shapes.ts';

/** A place on the screen, in pixels. */
export interface Spot { x: number; y: number }

const key = ([lon, lat]: Position) => `${lon} ${lat}`;

/**
 * The handles that can be told apart where `on` puts them: vertices at least `apart` pixels from each other, those with most room on their border first,
 * so that the ones that are easily held are there; and the middle of an edge between two of them that is long enough for a third. The chosen vertex
 * is there whatever lies beside it. In the order in which they came.
 */
export function toldApart(handles: readonly Handle[], on: (place: Position) => Spot, apart: number, chosen?: Position): Handle[] {
  const rooms = new Map<string, number>();
  const lengths = new Map<Handle, number>();
  for (const one of handles) {
    if (one.kind === 'vertex') continue;
    const [a, b] = [on(one.before), on(one.after)];
    const long = Math.hypot(b.x - a.x, b.y - a.y);
    lengths.set(one, long);
    for (const end of [key(one.before), key(one.after)]) rooms.set(end, Math.min(rooms.get(end) ?? Infinity, long));
  }
  if (chosen) rooms.set(key(chosen), Infinity);
  const kept = sifted(handles.filter((one) => one.kind === 'vertex').map((one) => ({ key: key(one.at), at: on(one.at), room: rooms.get(key(one.at)) ?? 0 })), apart);
  return handles.filter((one) => (one.kind === 'vertex' ? kept.has(key(one.at)) : (lengths.get(one) ?? 0) >= 2 * apart && kept.has(key(one.before)) && kept.has(key(one.after))));
}

/** The keys of those that keep their distance in pixels, those with most room first; each is held against those of its own square and the eight around it alone. */
function sifted(spots: { key: string; at: Spot; room: number }[], apart: number): Set<string> {
  const kept = new Set<string>();
  const squares = new Map<string, Spot[]>();
  for (const { key, at } of spots.sort((a, b) => (b.room > a.room ? 1 : b.room < a.room ? -1 : 0))) {
    const [column, row] = [Math.floor(at.x / apart), Math.floor(at.y / apart)];
    const around = [-1, 0, 1].flatMap((x) => [-1, 0, 1].flatMap((y) => squares.get(`${column + x} ${row + y}`) ?? []));
    if (around.some((one) => Math.hypot(one.x - at.x, one.y - at.y) < apart)) continue;
    kept.add(key);
    const square = `${column} ${row}`;
    squares.set(square, [...(squares.get(square) ?? []), at]);
  }
  return kept;
}
