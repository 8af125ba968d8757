import { html, nothing, type TemplateResult } from 'lit';
import type { FileFault } from '../contract/schemas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import { faultBox, kindOf } from './faults.ts';
import { ground } from './measured.ts';

/** How many faults are listed. */
const mostListed = 100;

export interface Listed {
  e: EditorCatalogue;
  language: string;
  faults: readonly FileFault[];
  /** What the area of a code is called; empty where that is not known. */
  called(code: string): string;
  show(fault: FileFault): void;
  /** Not opened before somebody wants to read it. */
  closed?: boolean;
}

/** How large a fault is, as all that is measured here is written. */
function sizeOf(e: EditorCatalogue, language: string, { size, unit }: FileFault): string {
  if (!size) return '';
  return unit === 'm2' ? ground(e, size, language) : e.faultSize(new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(size), unit ?? '');
}

/** What a fault is about: the areas by name and code; of a parent that is none, or a code that stands twice, what stands in the file, and where. */
function about({ e, called }: Pick<Listed, 'e' | 'called'>, one: FileFault): string {
  const named = (code: string) => [called(code), code].filter((part, n, all) => part && all.indexOf(part) === n).join(' ');
  const at = one.feature === undefined ? '' : String(one.feature);
  const code = one.code ? named(one.code) : '';
  if (one.kind === 'unknown_parent' && one.other) return e.faultParent(code, at, one.other);
  if (one.kind === 'duplicate_code' && one.same_as !== undefined) return e.faultTwice(one.code ?? '', String(one.same_as), at);
  return [code, one.other ? named(one.other) : ''].filter(Boolean).join(' / ');
}

/** A list of faults, each with a button that shows it. */
export function faultList(listed: Listed): TemplateResult {
  const { e, language, faults, show, closed } = listed;
  return html`<details class="faults" ?open=${faults.length > 0 && !closed}><summary>${e.faultsTitle(String(faults.length))}</summary>
    <ul>${faults.slice(0, mostListed).map((one) => html`<li><strong>${kindOf(e, one.kind)}</strong> ${about(listed, one)} ${sizeOf(e, language, one)}
      ${language === 'en' && !one.size ? html`<span class="hint">${one.message}</span>` : nothing}
      ${faultBox(one) ? html`<button type="button" class="quiet" @click=${() => show(one)}>${e.showFault}</button>` : nothing}</li>`)}</ul>
    ${faults.length > mostListed ? html`<p class="hint">${e.andMore(String(faults.length - mostListed))}</p>` : nothing}</details>`;
}

/** Faults counted by kind, the most frequent first, with how much ground they are. */
export function faultCounts(e: EditorCatalogue, language: string, faults: readonly FileFault[]): string {
  const kinds = new Map<string, { count: number; metres: number }>();
  for (const { kind, size, unit } of faults) {
    const { count, metres } = kinds.get(kind) ?? { count: 0, metres: 0 };
    kinds.set(kind, { count: count + 1, metres: metres + (unit === 'm2' ? size ?? 0 : 0) });
  }
  return [...kinds].sort(([, a], [, b]) => b.count - a.count).map(([kind, { count, metres }]) => e.faultCount(kindOf(e, kind), String(count), metres ? ground(e, metres, language) : '')).join(e.comma);
}
