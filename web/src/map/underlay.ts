import type { LayerSpecification, Map as MapLibre, SourceSpecification } from 'maplibre-gl';
import type { Basemap } from '../page/settings.ts';
import { SOURCES } from './sources.ts';

/** What lies under the areas: sources by name, and the layers over them in a language. */
interface Underlay {
  sources: Record<string, SourceSpecification>;
  layers(language: string): LayerSpecification[];
}

/** Puts a basemap into the map, below the first layer that is not of the ground, and gives a function that writes its names in another language. */
export async function lay(map: MapLibre, basemap: Basemap, language: string): Promise<(language: string) => void> {
  const { sources, layers } = await underlay(basemap);
  if (!map.getContainer().isConnected) return () => undefined; // the map was closed meanwhile
  const before = map.getLayersOrder().find((id) => !ground.includes(id));
  for (const [name, source] of Object.entries(sources)) map.addSource(name, source);
  for (const layer of layers(language)) map.addLayer(layer, before);
  return (spoken) => {
    for (const layer of layers(spoken)) if (layer.type === 'symbol') map.setLayoutProperty(layer.id, 'text-field', layer.layout?.['text-field']);
  };
}

/** Layers that show where there is nothing under the areas; pictures lie over them. */
const ground: readonly string[] = ['outside', 'shore', 'ground', 'base-fill', 'areas-fill'];

async function underlay({ tiles = [], archive, datum, min_zoom = 0, max_zoom = 18 }: Basemap): Promise<Underlay> {
  if (archive) {
    const { openArchive } = await import('./archive.ts');
    const { source, layers } = await openArchive(archive);
    return { sources: { [SOURCES.basemap]: source }, layers };
  }
  const where = datum === 'GCJ02' ? (await import('./shifted.ts')).shiftedTiles : (pattern: string) => pattern;
  const names = tiles.map((_, at) => (at === 0 ? SOURCES.basemap : `${SOURCES.basemap}-${at}`));
  return {
    sources: Object.fromEntries(names.map((name, at) => [name, { type: 'raster', tiles: [where(tiles[at] ?? '')], tileSize: 256, minzoom: min_zoom, maxzoom: max_zoom }])),
    layers: () => names.map((name) => ({ id: name, type: 'raster', source: name })),
  };
}
