import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { crc32, deflateSync } from 'node:zlib';
import { pixelAt, side } from '../../src/map/datum.ts';

/** A place as longitude and latitude in degrees. */
export type Place = [number, number];

/** Pixels from the middle of a mark to its edge. */
export const markRadius = 7;
export const markColour = [200, 0, 200] as const;
const paper = [236, 232, 214] as const;
const grid = [206, 214, 196] as const;

/** A picture of one tile, pale with a grid, on which discs stand at places. */
export function picture(zoom: number, column: number, row: number, marks: readonly Place[]): Buffer {
  const lines = Buffer.alloc(side * (side * 3 + 1));
  const at = marks.map((mark) => pixelAt(mark, zoom)).map(([x, y]) => [x - column * side, y - row * side] as const);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const marked = at.some(([right, down]) => Math.hypot(x + 0.5 - right, y + 0.5 - down) <= markRadius);
      const colour = marked ? markColour : x % 32 === 0 || y % 32 === 0 ? grid : paper;
      lines.set(colour, y * (side * 3 + 1) + 1 + x * 3);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2], 8); // eight bits of red, green and blue
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), part('IHDR', head), part('IDAT', deflateSync(lines)), part('IEND', Buffer.alloc(0))]);
}

function part(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** Seven bits at a time, the least first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

const field = (number: number, content: Iterable<number>) => { const all = [...content]; return [...varint(number * 8 + 2), ...varint(all.length), ...all]; };
const text = (number: number, words: string) => field(number, Buffer.from(words));
const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);

/** Something in a vector tile: a ring or a line in pixels of the tile (which has 4096), or one point, and what is said of it. */
export interface Shape { kind: 'point' | 'line' | 'polygon'; at: [number, number][]; tags: Record<string, string> }

/** A Mapbox vector tile, version 2 of its specification, of shapes by layer. */
export function vectorTile(layers: Record<string, Shape[]>): Buffer {
  return Buffer.from(Object.entries(layers).flatMap(([name, shapes]) => {
    const keys = [...new Set(shapes.flatMap(({ tags }) => Object.keys(tags)))];
    const values = [...new Set(shapes.flatMap(({ tags }) => Object.values(tags)))];
    const features = shapes.flatMap(({ kind, at, tags }) => {
      const steps = at.flatMap(([x, y], i) => [x - (at[i - 1]?.[0] ?? 0), y - (at[i - 1]?.[1] ?? 0)].map(zigzag));
      const drawn = [9, ...steps.slice(0, 2), ...(kind === 'point' ? [] : [(at.length - 1) * 8 + 2, ...steps.slice(2)]), ...(kind === 'polygon' ? [15] : [])];
      const said = Object.entries(tags).flatMap(([key, value]) => [keys.indexOf(key), values.indexOf(value)]);
      return field(2, [...field(2, said.flatMap(varint)), 24, ['point', 'line', 'polygon'].indexOf(kind) + 1, ...field(4, drawn.flatMap(varint))]);
    });
    return field(3, [...varint(15 * 8), 2, ...text(1, name), ...features, ...keys.flatMap((key) => text(3, key)), ...values.flatMap((value) => field(4, text(1, value))), ...varint(5 * 8), ...varint(4096)]);
  }));
}

export interface ArchiveTile { zoom: number; column: number; row: number; content: Buffer }

/** A PMTiles archive, version 3, with one directory and nothing compressed. Kinds: 1 vector, 2 PNG. */
export function archiveOf(kind: 1 | 2, tiles: readonly ArchiveTile[], [west, south, east, north]: readonly [number, number, number, number]): Buffer {
  const sorted = tiles.map((tile) => ({ ...tile, id: tileId(tile.zoom, tile.column, tile.row) })).sort((a, b) => a.id - b.id);
  const directory = Buffer.from([
    ...varint(sorted.length), ...sorted.flatMap(({ id }, i) => varint(id - (sorted[i - 1]?.id ?? 0))), ...sorted.flatMap(() => [1]),
    ...sorted.flatMap(({ content }) => varint(content.length)), ...sorted.flatMap((_, i) => (i === 0 ? [1] : [0])),
  ]);
  const metadata = Buffer.from('{}');
  const content = Buffer.concat(sorted.map((tile) => tile.content));
  const head = Buffer.alloc(127);
  head.write('PMTiles', 'latin1');
  head[7] = 3;
  const sizes = [127, directory.length, 127 + directory.length, metadata.length, 0, 0, 127 + directory.length + metadata.length, content.length, sorted.length, sorted.length, sorted.length];
  for (const [i, size] of sizes.entries()) head.writeBigUInt64LE(BigInt(size), 8 + i * 8);
  const zooms = sorted.map(({ zoom }) => zoom);
  head.set([1, 1, 1, kind, Math.min(...zooms), Math.max(...zooms)], 96);
  for (const [i, degrees] of [west, south, east, north].entries()) head.writeInt32LE(Math.round(degrees * 1e7), 102 + i * 4);
  return Buffer.concat([head, directory, metadata, content]);
}

/** The number of a tile along Hilbert's curve, after all tiles of lesser zooms. */
function tileId(zoom: number, column: number, row: number): number {
  let id = (4 ** zoom - 1) / 3;
  let [x, y] = [column, row];
  for (let half = 2 ** (zoom - 1); half >= 1; half /= 2) {
    const [right, down] = [x & half ? 1 : 0, y & half ? 1 : 0];
    id += half * half * ((3 * right) ^ down);
    if (down === 0) {
      if (right === 1) [x, y] = [half - 1 - (x % half), half - 1 - (y % half)];
      [x, y] = [y, x];
    }
  }
  return id;
}

/** Another host, on this machine: what it was asked, and what it is to answer. */
export interface TileServer {
  url: string;
  asked: { path: string; headers: IncomingHttpHeaders }[];
  /** The content at a path; a status instead refuses. */
  answer: (path: string) => Buffer | number;
  stop(): Promise<void>;
}

export async function startTiles(answer: TileServer['answer']): Promise<TileServer> {
  const made: TileServer = { url: '', asked: [], answer, stop: async () => { server.close(); server.closeAllConnections(); await once(server, 'close'); } };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    made.asked.push({ path, headers: request.headers });
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'OPTIONS') return void response.writeHead(204, { 'Access-Control-Allow-Headers': 'range' }).end();
    const found = made.answer(path);
    if (typeof found === 'number') return void response.writeHead(found).end();
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (!range) return void response.end(found);
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), found.length - 1)];
    response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${found.length}` }).end(found.subarray(from, to + 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  made.url = `http://127.0.0.1:${address.port}`;
  return made;
}
