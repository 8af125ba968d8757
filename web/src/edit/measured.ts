import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { EditorCatalogue } from '../locale/editor.ts';
import type { ReportPoints } from './measures.ts';
import { hectares, squareMetres, type AreaFeature } from './shapes.ts';

/** Where reports lie, or why that is not known. */
export type Measuring = ReportPoints | 'asking' | 'many' | 'failed';

interface Measure {
  metres: number;
  reports: number | undefined;
}

/** How much ground there is: hectares, or square metres where two decimals of a hectare would say nothing; less than one is said to be that, and not none. */
export function ground(e: EditorCatalogue, metres: number, language: string): string {
  if (metres < 1) return e.lessThanMetre;
  return metres < 1000 ? e.squareMetres(new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(metres)) : e.hectares(hectares(metres, language));
}

// An area that did not change is the same object, and is measured once.
const measured = new WeakMap<AreaFeature, Measure & { by: Measuring }>();

function measure(area: AreaFeature, by: Measuring): Measure {
  const known = measured.get(area);
  if (known?.by === by) return known;
  const now = { by, metres: squareMetres(area), reports: typeof by === 'string' ? undefined : by.within(area) };
  measured.set(area, now);
  return now;
}

/** What some areas measure, and by how much that differs from before, where they were there. */
export function measuresTable(e: EditorCatalogue, language: string, by: Measuring, before: readonly AreaFeature[], areas: readonly AreaFeature[], called: (area: AreaFeature) => string) {
  const signed = new Intl.NumberFormat(language, { signDisplay: 'exceptZero', maximumFractionDigits: 3 }); // ten square metres
  const difference = (now: number, was: number | undefined) => (was === undefined ? '0' : signed.format(now - was));
  const note = by === 'asking' ? e.measuresAsking : by === 'many' ? e.measuresMany : by === 'failed' ? e.measuresFailed : e.measuresNote;
  const whole = new Intl.NumberFormat(language);
  const peopled = [...before, ...areas].some((area) => area.properties.households !== undefined);
  const about = areas.some((area) => area.properties.households_estimated);
  // Figures of other areas are another table, and another figure is another text: neither is the one before, moved. As high without a change.
  const cell = (text: string, change?: string) => keyed(`${text} ${change}`, html`<td class="number">${text}${change === undefined ? nothing : html` <b>${change === '0' ? '' : `(${change})`}</b>`}</td>`);
  return keyed([note, peopled, about, ...areas.map((area) => area.properties.code)].join(), html`<table class="grid measures"><caption>${e.measures}</caption>
    <thead><tr><th scope="col">${e.colArea}</th><th scope="col">${e.size}</th>${peopled ? html`<th scope="col">${e.households}</th>` : nothing}<th scope="col">${e.colMonth}</th></tr></thead>
    <tbody>${areas.map((area) => {
      const now = measure(area, by);
      const old = before.find((one) => one.properties.code === area.properties.code);
      const was = old && measure(old, by);
      const { households: homes } = area.properties;
      return html`<tr><th scope="row">${called(area)}</th>${cell(ground(e, now.metres, language), difference(now.metres / 10_000, was && was.metres / 10_000))}
        ${peopled ? cell(households(e, whole, homes, area.properties.households_estimated), homes === undefined ? undefined : difference(homes, old?.properties.households)) : nothing}
        ${now.reports === undefined ? cell(by === 'asking' ? '…' : '—') : cell(String(now.reports), difference(now.reports, was?.reports))}</tr>`;
    })}</tbody></table><p class="hint">${note}</p>${about ? html`<p class="hint">${e.householdsNote}</p>` : nothing}`);
}

/** A number of households, said to be an estimate where it is one; a dash where it is not known. */
export function households(e: EditorCatalogue, whole: Intl.NumberFormat, number: number | undefined, estimated = false): string {
  return number === undefined ? '—' : estimated ? e.about(whole.format(number)) : whole.format(number);
}
