import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';

/** Colours of streets under areas: pale, so that lines and names of areas stand out from them. */
const PALE = {
  earth: '#f6f4ee', water: '#c3dde6', green: '#dcead3', wood: '#d0e2c6', sand: '#efe7cf', works: '#ebe8e4', school: '#f1ebdc', care: '#f5e6e4', square: '#efece6',
  building: '#e4dfd6', wall: '#d5cec1', casing: '#d9d2c5', street: '#ffffff', main: '#fdf0cf', highway: '#f8dfa8', path: '#cfc7b8', rail: '#b9b4ad', border: '#a9a3b0',
  text: '#5b5a55', waterText: '#3f7284', halo: '#fbfaf6',
} as const;

/** Layers of version 4 of the Protomaps basemap (docs.protomaps.com/basemaps/layers), from the ground up. */
export function streetLayers(source: string, language: string): LayerSpecification[] {
  const of = (layer: string) => ({ source, 'source-layer': layer });
  return [
    { id: 'basemap-earth', type: 'fill', ...of('earth'), filter: polygon, paint: { 'fill-color': PALE.earth } },
    {
      id: 'basemap-cover', type: 'fill', ...of('landcover'),
      paint: { 'fill-color': ['match', ['get', 'kind'], 'forest', PALE.wood, ['grassland', 'scrub', 'farmland'], PALE.green, 'barren', PALE.sand, 'glacier', PALE.street, PALE.earth], 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 6, 1, 9, 0] },
    },
    { id: 'basemap-use', type: 'fill', ...of('landuse'), filter: polygon, paint: { 'fill-color': landUse } },
    { id: 'basemap-water', type: 'fill', ...of('water'), filter: polygon, paint: { 'fill-color': PALE.water } },
    {
      id: 'basemap-river', type: 'line', ...of('water'), minzoom: 9, filter: ['all', line, kind('river', 'canal', 'stream')], layout: round,
      paint: { 'line-color': PALE.water, 'line-width': byZoom(9, 0.6, 18, 9) },
    },
    { id: 'basemap-buildings', type: 'fill', ...of('buildings'), minzoom: 14, filter: ['all', polygon, kind('building', 'building_part')], paint: { 'fill-color': PALE.building, 'fill-outline-color': PALE.wall } },
    ...roadLayers(of('roads')),
    { id: 'basemap-borders', type: 'line', ...of('boundaries'), paint: { 'line-color': PALE.border, 'line-width': ['match', ['get', 'kind'], 'country', 1.4, 0.8], 'line-dasharray': [4, 2] } },
    ...nameLayers(of, language),
  ];
}

const polygon: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
const line: ExpressionSpecification = ['==', ['geometry-type'], 'LineString'];
const round = { 'line-cap': 'round', 'line-join': 'round' } as const;

function kind(...kinds: string[]): ExpressionSpecification {
  return ['in', ['get', 'kind'], ['literal', kinds]];
}

function byZoom(from: number, thin: number, to: number, thick: number): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.6], ['zoom'], from, thin, to, thick];
}

const landUse: ExpressionSpecification = ['match', ['get', 'kind'],
  ['park', 'national_park', 'nature_reserve', 'protected_area', 'cemetery', 'golf_course', 'village_green', 'allotments', 'playground', 'garden', 'grass', 'grassland', 'meadow', 'pitch', 'recreation_ground', 'zoo'], PALE.green,
  ['forest', 'wood', 'scrub', 'orchard'], PALE.wood, ['beach', 'sand'], PALE.sand, ['industrial', 'commercial', 'railway', 'aerodrome', 'airfield', 'military', 'quarry'], PALE.works,
  ['school', 'university', 'college', 'kindergarten'], PALE.school, 'hospital', PALE.care, ['pedestrian', 'pier', 'platform', 'dam', 'runway', 'taxiway'], PALE.square, 'rgba(0,0,0,0)'];

function roadLayers(of: { source: string; 'source-layer': string }): LayerSpecification[] {
  const tunnel: ExpressionSpecification = ['has', 'is_tunnel'];
  const road = (id: string, kinds: string[], minzoom: number, thin: number, thick: number, colour: string): LayerSpecification[] => [
    {
      id: `basemap-${id}-casing`, type: 'line', ...of, minzoom, filter: ['all', line, kind(...kinds), ['!', tunnel]], layout: round,
      paint: { 'line-color': PALE.casing, 'line-width': byZoom(minzoom, thin + 0.6, 19, thick + 2) },
    },
    { id: `basemap-${id}`, type: 'line', ...of, minzoom, filter: ['all', line, kind(...kinds)], layout: round, paint: { 'line-color': ['case', tunnel, PALE.square, colour], 'line-width': byZoom(minzoom, thin, 19, thick) } },
  ];
  return [
    { id: 'basemap-path', type: 'line', ...of, minzoom: 14, filter: ['all', line, kind('path', 'other')], paint: { 'line-color': PALE.path, 'line-width': byZoom(14, 0.5, 19, 2.5), 'line-dasharray': [2, 1.5] } },
    { id: 'basemap-rail', type: 'line', ...of, minzoom: 9, filter: ['all', line, kind('rail')], paint: { 'line-color': PALE.rail, 'line-width': byZoom(9, 0.5, 19, 3) } },
    ...road('street', ['minor_road'], 12, 0.4, 18, PALE.street),
    ...road('main', ['major_road'], 7, 0.4, 24, PALE.main),
    ...road('highway', ['highway'], 5, 0.5, 28, PALE.highway),
  ];
}

/** The name in a language, else the one of the place. Local fonts draw every letter; where a face is missing, so is the letter. */
function named(language: string): ExpressionSpecification {
  const own = language.startsWith('zh') ? ['name:zh-Hans', 'name:zh'] : [`name:${language.split('-')[0] ?? 'en'}`];
  return ['coalesce', ...own.map((key): ExpressionSpecification => ['get', key]), ['get', 'name'], ''];
}

function nameLayers(of: (layer: string) => { source: string; 'source-layer': string }, language: string): LayerSpecification[] {
  const text = { 'text-field': named(language), 'text-font': ['Regular'] };
  const paint = { 'text-color': PALE.text, 'text-halo-color': PALE.halo, 'text-halo-width': 1.4 };
  return [
    {
      id: 'basemap-poi-names', type: 'symbol', ...of('pois'), minzoom: 16, filter: ['>=', ['zoom'], ['coalesce', ['get', 'min_zoom'], 16]],
      layout: { ...text, 'text-size': 11, 'text-max-width': 7, 'text-padding': 6, 'symbol-sort-key': ['coalesce', ['get', 'sort_rank'], 0] }, paint,
    },
    { id: 'basemap-water-names', type: 'symbol', ...of('water'), minzoom: 11, filter: ['!', line], layout: { ...text, 'text-size': 11.5, 'text-max-width': 7 }, paint: { ...paint, 'text-color': PALE.waterText } },
    { id: 'basemap-river-names', type: 'symbol', ...of('water'), minzoom: 12, filter: line, layout: { ...text, 'text-size': 11.5, 'symbol-placement': 'line', 'symbol-spacing': 400 }, paint: { ...paint, 'text-color': PALE.waterText } },
    {
      id: 'basemap-road-names', type: 'symbol', ...of('roads'), minzoom: 13, filter: ['all', line, kind('highway', 'major_road', 'minor_road')],
      layout: { ...text, 'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10.5, 18, 13], 'symbol-placement': 'line', 'symbol-spacing': 320, 'text-max-angle': 30 }, paint,
    },
    {
      id: 'basemap-place-names', type: 'symbol', ...of('places'), maxzoom: 17,
      layout: { ...text, 'text-size': ['match', ['get', 'kind'], ['country', 'region'], 13, 'locality', 13, 11.5], 'text-max-width': 7, 'text-padding': 8, 'symbol-sort-key': ['coalesce', ['get', 'sort_rank'], ['get', 'min_zoom'], 0] }, paint,
    },
  ];
}
