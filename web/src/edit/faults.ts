import type * as GeoJSON from 'geojson';
import { sentence, type Refusal } from '../contract/errors.ts';
import type { FileFault } from '../contract/schemas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import type { Catalogue } from '../locale/locale.ts';

/** What a kind of fault is called; the server's own word for one that has no name here. */
export function kindOf(e: EditorCatalogue, kind: string): string {
  const key = `kind_${kind}`;
  return key in e ? (e[key as keyof EditorCatalogue] as string) : kind;
}

/** Why a step was refused: in English by the server's own sentence, which says more, else by what the first fault is called. */
export function whyNot(e: EditorCatalogue, t: Catalogue, error: Refusal): string {
  const kind = t.lang === 'en' ? undefined : error.fault.faults?.[0]?.kind;
  return kind ? `${kindOf(e, kind)}。` : sentence(t, error);
}

/** Faults that can be shown, as one overlay. */
export function faultShapes(faults: readonly FileFault[]): GeoJSON.FeatureCollection {
  return { type: 'FeatureCollection', features: faults.flatMap((one) => one.geometry ? [{ type: 'Feature' as const, properties: {}, geometry: one.geometry as unknown as GeoJSON.Geometry }] : []) };
}

/** The box around a fault, with some ground beside it. */
export function faultBox(fault: FileFault): [number, number, number, number] | undefined {
  return boxAround([fault.geometry]);
}

/** The box around geometries with coordinates, with some ground beside them. */
export function boxAround(geometries: readonly unknown[]): [number, number, number, number] | undefined {
  let box: [number, number, number, number] | undefined;
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [lon, lat] = value as unknown[];
    if (typeof lon === 'number' && typeof lat === 'number') box = box ? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)] : [lon, lat, lon, lat];
    else value.forEach(walk);
  };
  for (const one of geometries) walk((one as { coordinates?: unknown } | null | undefined)?.coordinates);
  const beside = 0.0004; // degrees, some forty metres
  return box && [box[0] - beside, box[1] - beside, box[2] + beside, box[3] + beside];
}
