import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { nothing } from './features.ts';
import { LAYERS, POINTS_FROM_ZOOM, SOURCES, TILE_LAYERS } from './sources.ts';

/** The map's colours; `page.css` has the same ones for the page. */
export const INK = {
  outside: '#d9e5e6',
  ground: '#f8f6ef',
  chosen: '#ffe9a8',
  line: '#0b4f4d',
  text: '#12383a',
  halo: '#fffdf7',
  waiting: '#b4530a',
  assigned: '#0b6b64',
  selected: '#1d4ed8',
  paper: '#ffffff',
} as const;

export interface StyleOptions {
  /** Address pattern of the boundary tiles with `{z}`, `{x}`, `{y}`; without one there is ground and overlays only. */
  tiles?: string;
  /** west, south, east, north: no tile is asked for outside. */
  bounds?: [number, number, number, number];
  /** How many levels the boundary set has. */
  levels: number;
}

/** The whole style. No glyph server: without one MapLibre draws every text with the fonts of the system. */
export function mapStyle(options: StyleOptions): StyleSpecification {
  const style: StyleSpecification = {
    version: 8,
    sources: {
      [SOURCES.reports]: { type: 'geojson', data: nothing },
      [SOURCES.counts]: { type: 'geojson', data: nothing },
    },
    layers: [{ id: 'outside', type: 'background', paint: { 'background-color': INK.outside } }],
  };
  if (options.tiles) {
    style.sources[SOURCES.boundaries] = {
      type: 'vector', tiles: [options.tiles], minzoom: 0, maxzoom: 18, ...(options.bounds ? { bounds: options.bounds } : {}),
    };
    style.layers.push(...groundLayers(options.levels), ...labelLayers(options.levels));
  }
  style.layers.push(...countLayers(), ...reportLayers());
  return style;
}

/** Features of one level, by its position, coarse to fine. */
export function ofLevel(position: number): FilterSpecification {
  return ['==', ['get', 'level'], position];
}

/** The one area whose code this is; no area for an empty code. */
export function ofCode(code: string): FilterSpecification {
  return ['==', ['get', 'code'], code];
}

/** The zoom from which the lines of a level are worth showing: the coarsest always, the finest last. */
export function firstZoom(position: number, count: number): number {
  if (position === 0) return 0;
  return count <= 2 ? 11 : position === count - 1 ? 14.2 : 12.2;
}

/** Line width in pixels by zoom: the coarser, the stronger. */
export function lineWidth(position: number): ExpressionSpecification {
  const widest = Math.max(0.8, 3 - position * 1.1);
  return ['interpolate', ['linear'], ['zoom'], 9, widest * 0.4, 14, widest * 0.8, 18, widest * 1.5];
}

function groundLayers(levels: number): LayerSpecification[] {
  const tile = { source: SOURCES.boundaries, 'source-layer': TILE_LAYERS.areas } as const;
  const layers: LayerSpecification[] = [
    { id: 'ground', type: 'fill', ...tile, filter: ofLevel(0), paint: { 'fill-color': INK.ground, 'fill-antialias': false } },
    { id: 'chosen', type: 'fill', ...tile, filter: ofCode(''), paint: { 'fill-color': INK.chosen, 'fill-opacity': 0.75 } },
  ];
  // Fine lines first, so that a border of two levels shows as the coarser.
  for (let at = levels - 1; at >= 0; at--) {
    const dashed = at >= 2 ? { 'line-dasharray': [3, 2] } : {};
    layers.push({
      id: `line-${at}`, type: 'line', ...tile, minzoom: firstZoom(at, levels), filter: ofLevel(at),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': INK.line, 'line-width': lineWidth(at), 'line-opacity': at === 0 ? 0.9 : at === 1 ? 0.6 : 0.45, ...dashed },
    });
  }
  layers.push({
    id: 'chosen-line', type: 'line', ...tile, filter: ofCode(''), layout: { 'line-join': 'round' },
    paint: { 'line-color': INK.waiting, 'line-width': 2.5 },
  });
  return layers;
}

function labelLayers(levels: number): LayerSpecification[] {
  // The last layer is placed first, so that coarse names win where there is no room for both.
  return labelZooms(levels)
    .map(([from, to], at): LayerSpecification => ({
      id: `label-${at}`, type: 'symbol', source: SOURCES.boundaries, 'source-layer': TILE_LAYERS.labels,
      minzoom: from, maxzoom: to, filter: ofLevel(at),
      layout: {
        'text-field': ['get', 'name'], 'text-font': [at === 0 ? 'Bold' : 'Regular'], 'text-max-width': 8, 'text-padding': 6,
        'text-size': ['interpolate', ['linear'], ['zoom'], 10, 12, 16, at === 0 ? 18 : 14],
      },
      paint: { 'text-color': INK.text, 'text-halo-color': INK.halo, 'text-halo-width': 1.6, 'text-opacity': at === 0 ? 1 : 0.92 },
    }))
    .reverse();
}

/** From which to which zoom the names of each level stand on the map, so that two levels rarely compete for room. */
export function labelZooms(count: number): [number, number][] {
  if (count <= 1) return [[0, 24]];
  if (count === 2) return [[0, 13.5], [11, 24]];
  const list: [number, number][] = [[0, 15], [13.8, 17]];
  while (list.length < count) list.push([15.8, 24]);
  return list;
}

function countLayers(): LayerSpecification[] {
  const many: ExpressionSpecification = ['interpolate', ['linear'], ['get', 'open'], 1, 13, 20, 20];
  return [
    {
      id: LAYERS.countDiscs, type: 'circle', source: SOURCES.counts, maxzoom: POINTS_FROM_ZOOM,
      paint: {
        'circle-radius': many, 'circle-stroke-width': 2, 'circle-stroke-color': INK.paper,
        'circle-color': ['case', ['>', ['get', 'waiting'], 0], INK.waiting, INK.assigned], 'circle-translate': [0, 24],
      },
    },
    {
      id: 'count-numbers', type: 'symbol', source: SOURCES.counts, maxzoom: POINTS_FROM_ZOOM,
      layout: {
        'text-field': ['to-string', ['get', 'open']], 'text-font': ['Bold'], 'text-size': 14,
        'text-allow-overlap': true, 'text-ignore-placement': true,
      },
      paint: { 'text-color': INK.paper, 'text-translate': [0, 24] },
    },
  ];
}

function reportLayers(): LayerSpecification[] {
  const selected: ExpressionSpecification = ['==', ['get', 'selected'], true];
  return [
    {
      id: LAYERS.reportPoints, type: 'circle', source: SOURCES.reports, minzoom: POINTS_FROM_ZOOM,
      filter: ['!=', ['get', 'selected'], true],
      paint: {
        'circle-radius': 7, 'circle-stroke-width': 2, 'circle-stroke-color': INK.paper,
        'circle-color': ['case', ['get', 'waiting'], INK.waiting, INK.assigned],
      },
    },
    {
      // At every zoom: what is selected in the list can be found on the map.
      id: 'report-selected', type: 'circle', source: SOURCES.reports, filter: selected,
      paint: { 'circle-radius': 10, 'circle-stroke-width': 4, 'circle-stroke-color': INK.paper, 'circle-color': INK.selected },
    },
  ];
}
