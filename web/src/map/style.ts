import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { noShapes, nothing } from './features.ts';
import { fineCountsFrom, linesFrom, namesBetween, type Bounds, type LevelScale } from './scale.ts';
import { AREA_LAYERS, LAYERS, POINTS_FROM_ZOOM, QUEUE_UNTIL_ZOOM, SOURCES, TILE_LAYERS } from './sources.ts';

/** The map's colours; `page.css` has the same ones for the page. */
export const INK = {
  outside: '#d9e5e6',
  shore: '#bfd3d4',
  ground: '#f8f6ef',
  chosen: '#ffe9a8',
  line: '#0b4f4d',
  text: '#12383a',
  halo: '#fffdf7',
  waiting: '#b4530a',
  assigned: '#0b6b64',
  selected: '#1d4ed8',
  paper: '#ffffff',
  late: '#a3200f',
} as const;

/** Shades of areas with open reports, from few to many. Names and lines can be read on each of them. */
export const SHADES = ['#e4efe9', '#c5ded6', '#a1c9bf', '#79b1a5'] as const;

/** The last zoom that there are tiles of areas for. */
export const tilesUntil = 18;

export interface StyleOptions {
  /** Address pattern of the boundary tiles with `{z}`, `{x}`, `{y}`; without one there is ground and overlays only. */
  tiles?: string;
  /** Something lies under the areas, which has to be seen through them. */
  seeThrough?: boolean;
  /** west, south, east, north: no tile is asked for outside. */
  bounds?: Bounds;
  /** The levels of the boundary set, coarse to fine. */
  scales: readonly LevelScale[];
  /** Address pattern of the tiles of open reports; without one, single reports are those of the overlay. */
  queueTiles?: string;
  /** Position of the level at which open reports are counted; the finest when absent. */
  counted?: number;
}

/** The whole style. No glyph server: without one MapLibre draws every text with the fonts of the system. */
export function mapStyle(options: StyleOptions): StyleSpecification {
  const counted = options.counted ?? Math.max(0, options.scales.length - 1);
  const style: StyleSpecification = {
    version: 8,
    sources: {
      [SOURCES.reports]: { type: 'geojson', data: nothing },
      [SOURCES.counts]: { type: 'geojson', data: nothing },
      [SOURCES.picked]: { type: 'geojson', data: noShapes },
      [SOURCES.moves]: { type: 'geojson', data: noShapes },
    },
    layers: [{ id: 'outside', type: 'background', paint: { 'background-color': INK.outside } }],
  };
  if (options.tiles) {
    style.sources[SOURCES.boundaries] = {
      type: 'vector', tiles: [options.tiles], minzoom: 0, maxzoom: tilesUntil, promoteId: 'code', ...(options.bounds ? { bounds: options.bounds } : {}),
    };
    style.layers.push(...groundLayers(options.scales, counted, options.seeThrough ?? false), ...labelLayers(options.scales));
  }
  style.layers.push(...pickedLayers(), ...countLayers(options.scales, counted), ...moveLayers());
  if (options.queueTiles) {
    style.sources[SOURCES.queue] = { type: 'vector', tiles: [options.queueTiles], minzoom: POINTS_FROM_ZOOM, maxzoom: QUEUE_UNTIL_ZOOM, ...(options.bounds ? { bounds: options.bounds } : {}) };
    style.layers.push(...queueLayers());
  }
  style.layers.push(...reportLayers(Boolean(options.queueTiles)));
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

/** The areas with these codes. */
export function ofCodes(codes: readonly string[]): FilterSpecification {
  return ['in', ['get', 'code'], ['literal', [...codes]]];
}

/** Line width in pixels by zoom: the coarser, the stronger. */
export function lineWidth(position: number, count: number): ExpressionSpecification {
  const widest = strength(position, count, 0.9, 3.4);
  return ['interpolate', ['linear'], ['zoom'], 9, widest * 0.4, 14, widest * 0.8, 18, widest * 1.4];
}

/** A number between that of the finest level and that of the coarsest. */
function strength(position: number, count: number, finest: number, coarsest: number): number {
  return count < 2 ? coarsest : finest + ((coarsest - finest) * (count - 1 - position)) / (count - 1);
}

function groundLayers(scales: readonly LevelScale[], counted: number, seeThrough: boolean): LayerSpecification[] {
  const levels = scales.length;
  const tile = { source: SOURCES.boundaries, 'source-layer': TILE_LAYERS.areas } as const;
  const layers: LayerSpecification[] = [
    {
      // The half of it that lies on the ground is covered by the ground: what stays is a shore.
      id: 'shore', type: 'line', ...tile, filter: ofLevel(0), layout: { 'line-join': 'round' },
      paint: { 'line-color': INK.shore, 'line-blur': 5, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 8, 16, 34] },
    },
    { id: 'ground', type: 'fill', ...tile, filter: ofLevel(0), paint: { 'fill-color': INK.ground, 'fill-antialias': false } },
    ...shadeLayers(scales, counted, seeThrough ? 0.6 : 1),
    { id: 'areas-picked', type: 'fill', ...tile, filter: ofCodes([]), paint: { 'fill-color': INK.selected, 'fill-opacity': 0.22 } },
    { id: 'chosen', type: 'fill', ...tile, filter: ofCode(''), paint: { 'fill-color': INK.chosen, 'fill-opacity': seeThrough ? 0.5 : 0.75 } },
  ];
  // Fine lines first, so that a border of two levels shows as the coarser.
  for (let at = levels - 1; at >= 0; at--) {
    const dashed = at === levels - 1 && levels > 2 ? { 'line-dasharray': [3, 2] } : {};
    layers.push({
      id: `line-${at}`, type: 'line', ...tile, minzoom: linesFrom(scales, at), filter: ofLevel(at),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': INK.line, 'line-width': lineWidth(at, levels), 'line-opacity': strength(at, levels, 0.5, 0.95), ...dashed },
    });
  }
  layers.push({
    id: 'areas-picked-line', type: 'line', ...tile, filter: ofCodes([]), layout: { 'line-join': 'round' },
    paint: { 'line-color': INK.selected, 'line-width': 3 },
  }, {
    // What may hold the place too; dashed, so that colour is not all that tells them apart.
    id: 'beside-line', type: 'line', ...tile, filter: ofCode(''), layout: { 'line-join': 'round' },
    paint: { 'line-color': INK.selected, 'line-width': 3, 'line-dasharray': [2, 1.4] },
  });
  layers.push({
    id: 'chosen-line', type: 'line', ...tile, filter: ofCode(''), layout: { 'line-join': 'round' },
    paint: { 'line-color': INK.waiting, 'line-width': 2.5 },
  });
  return layers;
}

function labelLayers(scales: readonly LevelScale[]): LayerSpecification[] {
  const levels = scales.length;
  // The last layer is placed first, so that coarse names win where there is no room for both.
  return namesBetween(scales)
    .map(([from, to], at): LayerSpecification => ({
      id: `label-${at}`, type: 'symbol', source: SOURCES.boundaries, 'source-layer': TILE_LAYERS.labels,
      minzoom: from, maxzoom: to, filter: ofLevel(at),
      layout: {
        'text-field': ['get', 'name'], 'text-font': [at <= Math.max(0, levels - 3) ? 'Bold' : 'Regular'], 'text-max-width': 8, 'text-padding': 2,
        'text-variable-anchor': ['center', 'bottom', 'top'], 'text-radial-offset': ['interpolate', ['linear'], ['zoom'], 10, 2, 16, 1.5],
        'text-size': ['interpolate', ['linear'], ['zoom'], 10, 12, 16, at <= Math.max(0, levels - 3) ? 18 : 14],
      },
      paint: { 'text-color': INK.text, 'text-halo-color': INK.halo, 'text-halo-width': 1.6, 'text-opacity': 0.95 },
    }))
    .reverse();
}

/** Numbers in discs: from afar for the level above the one at which counts are kept, then for that one, until single reports show. */
function countLayers(scales: readonly LevelScale[], counted: number): LayerSpecification[] {
  if (counted === 0) return countPair(LAYERS.fineCounts, 0, { maxzoom: POINTS_FROM_ZOOM });
  const fineFrom = fineCountsFrom(scales[counted], POINTS_FROM_ZOOM);
  return [
    ...countPair(LAYERS.coarseCounts, counted - 1, { maxzoom: fineFrom }),
    ...countPair(LAYERS.fineCounts, counted, { minzoom: fineFrom, maxzoom: POINTS_FROM_ZOOM }),
  ];
}

/** Areas shaded by how much is open in them, down to single reports; from there on clear, but still there to be clicked. */
function shadeLayers(scales: readonly LevelScale[], counted: number, opacity: number): LayerSpecification[] {
  const shade: ExpressionSpecification = ['match', ['coalesce', ['feature-state', 'shade'], 0], 1, SHADES[0], 2, SHADES[1], 3, SHADES[2], 4, SHADES[3], 'rgba(0,0,0,0)'];
  const layer = (id: string, level: number, zooms: { minzoom?: number; maxzoom?: number }): LayerSpecification => ({
    id, type: 'fill', source: SOURCES.boundaries, 'source-layer': TILE_LAYERS.areas, filter: ofLevel(level), ...zooms,
    paint: { 'fill-color': shade, 'fill-opacity': ['step', ['zoom'], opacity, POINTS_FROM_ZOOM, 0] },
  });
  if (counted === 0) return [layer(AREA_LAYERS.fine, 0, {})];
  const fineFrom = fineCountsFrom(scales[counted], POINTS_FROM_ZOOM);
  return [layer(AREA_LAYERS.coarse, counted - 1, { maxzoom: fineFrom }), layer(AREA_LAYERS.fine, counted, { minzoom: fineFrom })];
}

/** What was framed or drawn to pick reports. */
function pickedLayers(): LayerSpecification[] {
  return [
    { id: 'picked-fill', type: 'fill', source: SOURCES.picked, paint: { 'fill-color': INK.selected, 'fill-opacity': 0.12 } },
    { id: 'picked-line', type: 'line', source: SOURCES.picked, layout: { 'line-join': 'round' }, paint: { 'line-color': INK.selected, 'line-width': 3, 'line-dasharray': [2, 1.5] } },
  ];
}

/** Which way reports would go, from thin to thick. */
function moveLayers(): LayerSpecification[] {
  return [
    { id: 'moves-under', type: 'line', source: SOURCES.moves, layout: { 'line-cap': 'round' }, paint: { 'line-color': INK.paper, 'line-width': 5, 'line-opacity': 0.8 } },
    { id: 'moves-line', type: 'line', source: SOURCES.moves, layout: { 'line-cap': 'round' }, paint: { 'line-color': INK.selected, 'line-width': 2.2, 'line-dasharray': [0.5, 2] } },
  ];
}

function countPair(id: string, level: number, zooms: { minzoom?: number; maxzoom: number }): LayerSpecification[] {
  const many: ExpressionSpecification = ['interpolate', ['linear'], ['get', 'open'], 1, 13, 40, 21];
  const shared = { source: SOURCES.counts, filter: ofLevel(level), ...zooms };
  return [
    {
      id, type: 'circle', ...shared,
      paint: {
        'circle-radius': many, 'circle-stroke-width': 2, 'circle-stroke-color': INK.paper,
        'circle-color': ['case', ['>', ['get', 'waiting'], 0], INK.waiting, INK.assigned],
      },
    },
    {
      // Numbers are always drawn, and names give way to them: the padding is as wide as the disc.
      id: `${id}-numbers`, type: 'symbol', ...shared,
      layout: { 'text-field': ['to-string', ['get', 'open']], 'text-font': ['Bold'], 'text-size': 14, 'text-allow-overlap': true, 'text-padding': 9 },
      paint: { 'text-color': INK.paper },
    },
    ...lateBadge(id, shared),
  ];
}

/** How many of them are late, in a disc of its own with a sign before the number: not by colour alone. */
function lateBadge(id: string, shared: { source: string; filter: FilterSpecification; minzoom?: number; maxzoom: number }): LayerSpecification[] {
  const late = { ...shared, filter: ['all', shared.filter, ['>', ['get', 'late'], 0]] as FilterSpecification };
  const beside: [number, number] = [17, -15];
  return [
    { id: `${id}-late`, type: 'circle', ...late, paint: { 'circle-radius': 11, 'circle-color': INK.paper, 'circle-stroke-color': INK.late, 'circle-stroke-width': 2, 'circle-translate': beside } },
    {
      id: `${id}-late-numbers`, type: 'symbol', ...late,
      layout: { 'text-field': ['concat', '!', ['to-string', ['get', 'late']]], 'text-font': ['Bold'], 'text-size': 12, 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': INK.late, 'text-translate': beside },
    },
  ];
}

/** All open reports, close up: a circle for one, a larger one with their number for those that lie too close together. */
function queueLayers(): LayerSpecification[] {
  const shared = { source: SOURCES.queue, 'source-layer': TILE_LAYERS.reports, minzoom: POINTS_FROM_ZOOM };
  // Where not all were read, no mark says how many it stands for, but that there may be more.
  const many: ExpressionSpecification = ['any', ['>', ['get', 'reports'], 1], ['has', 'more']];
  return [
    {
      id: LAYERS.queuePoints, type: 'circle', ...shared,
      paint: {
        'circle-radius': ['case', many, 12, 7], 'circle-stroke-width': 2, 'circle-stroke-color': INK.paper,
        'circle-color': ['case', ['get', 'waiting'], INK.waiting, INK.assigned],
      },
    },
    {
      id: 'queue-signs', type: 'symbol', ...shared, filter: ['any', many, ['get', 'late']],
      layout: {
        'text-field': ['concat', ['case', ['get', 'late'], '!', ''], ['case', many, ['to-string', ['get', 'reports']], ''], ['case', ['has', 'more'], '+', '']],
        'text-font': ['Bold'], 'text-size': 12, 'text-allow-overlap': true, 'text-ignore-placement': true,
      },
      paint: { 'text-color': INK.paper },
    },
  ];
}

/** Reports of the overlay. With tiles of all reports below, only what is picked or selected stands out from them. */
function reportLayers(tiled: boolean): LayerSpecification[] {
  const drawn: FilterSpecification = tiled ? ['==', ['get', 'picked'], true] : ['!=', ['get', 'selected'], true];
  const selected: ExpressionSpecification = ['==', ['get', 'selected'], true];
  return [
    {
      id: LAYERS.reportPoints, type: 'circle', source: SOURCES.reports, minzoom: POINTS_FROM_ZOOM,
      filter: ['all', ['!=', ['get', 'selected'], true], drawn],
      paint: {
        'circle-radius': ['case', ['==', ['get', 'picked'], true], 9, 7],
        'circle-stroke-width': ['case', ['==', ['get', 'picked'], true], 4, 2],
        'circle-stroke-color': ['case', ['==', ['get', 'picked'], true], INK.selected, INK.paper],
        'circle-color': ['case', ['get', 'waiting'], INK.waiting, INK.assigned],
      },
    },
    {
      id: 'report-late', type: 'symbol', source: SOURCES.reports, minzoom: POINTS_FROM_ZOOM, filter: ['all', ['==', ['get', 'late'], true], drawn],
      layout: { 'text-field': '!', 'text-font': ['Bold'], 'text-size': 13, 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': INK.paper },
    },
    {
      // At every zoom: what is selected in the list can be found on the map.
      id: 'report-selected', type: 'circle', source: SOURCES.reports, filter: selected,
      paint: { 'circle-radius': 10, 'circle-stroke-width': 4, 'circle-stroke-color': INK.paper, 'circle-color': INK.selected },
    },
  ];
}
