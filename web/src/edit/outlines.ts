import type * as GeoJSON from 'geojson';

/**
 * The shapes of a parsed file as GeoJSON, for the map only: a FeatureCollection itself, the objects of a TopoJSON Topology (specification 1.0) put
 * together; undefined for anything else. A small Topology can name one arc a million times: ask the server first, which bounds that.
 */
export async function shapesOf(file: Record<string, unknown> | undefined): Promise<GeoJSON.FeatureCollection | undefined> {
  if (file?.['type'] === 'FeatureCollection') return possible(file as unknown as GeoJSON.FeatureCollection);
  if (file?.['type'] !== 'Topology') return undefined;
  const { feature } = await import('topojson-client');
  const topology = file as unknown as Parameters<typeof feature>[0];
  try {
    const features = Object.values(topology.objects).flatMap((one) => {
      const made: GeoJSON.Feature | GeoJSON.FeatureCollection = feature(topology, one);
      return made.type === 'FeatureCollection' ? made.features : [made];
    });
    return possible({ type: 'FeatureCollection', features });
  } catch {
    return undefined; // the server says what is wrong with it
  }
}

/** Those of a file's shapes that a map can show: the others have a position that is nowhere on the earth. */
function possible(shapes: GeoJSON.FeatureCollection): GeoJSON.FeatureCollection {
  const there = (value: unknown): boolean => {
    if (!Array.isArray(value)) return false;
    const [lon, lat] = value as unknown[];
    return typeof lon === 'number' && typeof lat === 'number' ? Math.abs(lon) <= 180 && Math.abs(lat) <= 90 : value.every(there);
  };
  const features = Array.isArray(shapes.features) ? shapes.features.filter((one) => there((one?.geometry as { coordinates?: unknown } | null | undefined)?.coordinates)) : [];
  return { ...shapes, features };
}
