import { addProtocol, type LayerSpecification, type SourceSpecification } from 'maplibre-gl';
import { PMTiles, TileType } from 'pmtiles';
import { SOURCES } from './sources.ts';
import { streetLayers } from './streets.ts';

/** How addresses of tiles in an archive begin. */
const protocol = 'pmtiles';

/** Archives by their position in addresses of the protocol; a page has one. */
const archives: PMTiles[] = [];

/** What an archive needs to be drawn: a source, and the layers over it in a language. */
export interface ArchiveStyle {
  source: SourceSpecification;
  layers(language: string): LayerSpecification[];
}

/** Reads the header of a PMTiles archive, of pictures or of streets as Protomaps makes them, by which the map gets its tiles afterwards. */
export async function openArchive(address: string): Promise<ArchiveStyle> {
  const archive = new PMTiles(new URL(address, location.origin).href);
  const { minLon, minLat, maxLon, maxLat, minZoom, maxZoom, tileType } = await archive.getHeader();
  if (archives.length === 0) addProtocol(protocol, async ({ url }, { signal }) => ({ data: await tile(url, signal) }));
  const at = archives.push(archive) - 1;
  const shared = {
    tiles: [`${protocol}://${at}/{z}/{x}/{y}`], minzoom: minZoom, maxzoom: maxZoom,
    ...(minLon < maxLon && minLat < maxLat ? { bounds: [minLon, minLat, maxLon, maxLat] as [number, number, number, number] } : {}),
  };
  if (tileType === TileType.Mvt) return { source: { type: 'vector', ...shared }, layers: (language) => streetLayers(SOURCES.basemap, language) };
  return { source: { type: 'raster', tileSize: 256, ...shared }, layers: () => [{ id: SOURCES.basemap, type: 'raster', source: SOURCES.basemap }] };
}

/** One tile; nothing where the archive has none. */
async function tile(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const [at, zoom, column, row] = url.slice(protocol.length + 3).split('/').map(Number) as [number, number, number, number];
  const found = await archives[at]?.getZxy(zoom, column, row, signal);
  return found ? new Uint8Array(found.data) : new Uint8Array(0);
}
