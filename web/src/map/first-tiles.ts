import type { Map as MapLibre } from 'maplibre-gl';
import type { Bounds } from './scale.ts';
import { tilesUntil } from './style.ts';

/** Asks for the areas that are seen first while what works for the map is still on its way, which then finds them with the browser. */
export function fetchFirst(map: MapLibre, tiles: string, bounds: Bounds | undefined): void {
  for (const { canonical: { z, x, y } } of map.coveringTiles({ tileSize: 512, maxzoom: tilesUntil })) {
    if (bounds && !reaches(bounds, z, x, y)) continue; // the map asks for none of those either
    const at = tiles.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y));
    fetch(at).then((one) => one.blob()).catch(() => undefined); // the map asks again, and tells
  }
}

/** Whether a tile, by its zoom, column and row (Slippy map tilenames, OpenStreetMap wiki), has any of a box of degrees, or touches it. */
export function reaches([west, south, east, north]: Bounds, z: number, x: number, y: number): boolean {
  const column = (lon: number) => Math.floor(((lon + 180) / 360) * 2 ** z);
  const row = (lat: number) => Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z);
  return column(west) <= x && x <= column(east) && row(north) <= y && y <= row(south);
}
