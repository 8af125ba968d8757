import { addProtocol, type RequestParameters } from 'maplibre-gl';
import { placement, side, type Placement } from './datum.ts';
import { Pictures } from './pictures.ts';

/** How addresses of pictures begin that are moved from GCJ-02 to where they lie in WGS 84. */
const protocol = 'gcj02';

/** Address patterns by their position in addresses of the protocol. */
const patterns: string[] = [];
const pictures = new Pictures();
/** What the map takes for a tile without a picture. */
const none = new Uint8Array(0);

/** Pixels by which pictures may lie beside the truth before they are moved. From afar all do: half a kilometre is less. */
const near = 0.5;

/** The pattern under which the map gets the pictures of another pattern, moved. */
export function shiftedTiles(pattern: string): string {
  if (patterns.length === 0) addProtocol(protocol, async (request, abort) => ({ data: await shifted(request, abort.signal) }));
  if (!patterns.includes(pattern)) patterns.push(pattern);
  return `${protocol}://${patterns.indexOf(pattern)}/{z}/{x}/{y}`;
}

async function shifted({ url }: RequestParameters, signal: AbortSignal): Promise<ImageBitmap | Uint8Array> {
  const [pattern, zoom, column, row] = url.slice(protocol.length + 3).split('/').map(Number) as [number, number, number, number];
  const place = placement(zoom, column, row);
  const source = (x: number, y: number) => pictures.get(addressOf(patterns[pattern] ?? '', zoom, x, y), signal);
  if (Math.hypot(place.e - column * side, place.f - row * side) < near) {
    const same = await source(column, row);
    return same ?? none;
  }
  const { left, top, right, bottom } = windowOf(place);
  const wanted: Promise<[ImageBitmap | undefined, number, number]>[] = [];
  for (let x = Math.floor(left / side); x * side < right; x++) {
    for (let y = Math.max(0, Math.floor(top / side)); y * side < bottom && y < 2 ** zoom; y++) {
      wanted.push(source(x, y).then((picture) => [picture, x * side - left, y * side - top]));
    }
  }
  const found = await Promise.all(wanted);
  if (!found.some(([picture]) => picture)) return none;
  // Side by side on whole pixels first, and moved as one: moved one by one their edges would show.
  const [whole, onWhole] = canvas(right - left, bottom - top);
  for (const [picture, x, y] of found) if (picture) onWhole.drawImage(picture, x, y, side, side);
  const [tile, onTile] = canvas(side, side);
  onTile.setTransform(new DOMMatrix([place.a, place.b, place.c, place.d, place.e - left, place.f - top]).inverse());
  onTile.drawImage(whole, 0, 0);
  return await createImageBitmap(tile);
}

/** The whole pixels of the source that a tile takes: about as many as it has, which touch four pictures, seldom six. */
function windowOf({ a, b, c, d, e, f }: Placement): { left: number; top: number; right: number; bottom: number } {
  const xs = [e, e + a * side, e + c * side, e + (a + c) * side];
  const ys = [f, f + b * side, f + d * side, f + (b + d) * side];
  return { left: Math.floor(Math.min(...xs)), top: Math.floor(Math.min(...ys)), right: Math.ceil(Math.max(...xs)), bottom: Math.ceil(Math.max(...ys)) };
}

function addressOf(pattern: string, zoom: number, column: number, row: number): string {
  const across = 2 ** zoom;
  return pattern.replaceAll('{z}', String(zoom)).replaceAll('{x}', String(((column % across) + across) % across)).replaceAll('{y}', String(row));
}

type Canvas = OffscreenCanvas | HTMLCanvasElement;
type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

function canvas(width: number, height: number): [Canvas, Context] {
  const made: Canvas = typeof OffscreenCanvas === 'undefined' ? Object.assign(document.createElement('canvas'), { width, height }) : new OffscreenCanvas(width, height);
  const context = made.getContext('2d') as Context | null;
  if (!context) throw new Error('no canvas to draw on');
  return [made, context];
}
