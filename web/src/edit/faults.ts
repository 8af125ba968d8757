import type * as GeoJSON from 'geojson';
import { html, nothing, type TemplateResult } from 'lit';
import type { FileFault } from '../contract/schemas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import { boxOf } from './shapes.ts';
import type { Position } from '../contract/areas.ts';

/** What a kind of fault is called; the server's own word for one that has no name here. */
export function kindOf(e: EditorCatalogue, kind: string): string {
  const key = `kind_${kind}`;
  return key in e ? (e[key as keyof EditorCatalogue] as string) : kind;
}

/** Faults that can be shown, as one overlay. */
export function faultShapes(faults: readonly FileFault[]): GeoJSON.FeatureCollection {
  return { type: 'FeatureCollection', features: faults.flatMap((one) => one.geometry ? [{ type: 'Feature' as const, properties: {}, geometry: one.geometry as unknown as GeoJSON.Geometry }] : []) };
}

/** The box around a fault, with some ground beside it. */
export function faultBox(fault: FileFault): [number, number, number, number] | undefined {
  const found: Position[] = [];
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === 'number' && typeof value[1] === 'number') found.push([value[0], value[1]]);
    else value.forEach(walk);
  };
  walk((fault.geometry as { coordinates?: unknown } | undefined)?.coordinates);
  const box = boxOf(found);
  const beside = 0.0004; // degrees, some forty metres
  return box && [box[0] - beside, box[1] - beside, box[2] + beside, box[3] + beside];
}

/** A list of faults, each with a button that shows it. */
export function faultList(e: EditorCatalogue, language: string, faults: readonly FileFault[], show: (fault: FileFault) => void): TemplateResult {
  const size = (value: number) => new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(value);
  return html`<details class="faults" ?open=${faults.length > 0}><summary>${e.faultsTitle(String(faults.length))}</summary>
    <ul>${faults.slice(0, 100).map((one) => html`<li><strong>${kindOf(e, one.kind)}</strong>
      ${[one.code, one.other].filter(Boolean).join(' / ')} ${one.size ? e.faultSize(size(one.size), one.unit === 'm2' ? 'm²' : one.unit ?? '') : nothing}
      ${language === 'en' ? html`<span class="hint">${one.message}</span>` : nothing}
      ${faultBox(one) ? html`<button type="button" class="quiet" @click=${() => show(one)}>${e.showFault}</button>` : nothing}</li>`)}</ul></details>`;
}
