import { html, nothing, type TemplateResult } from 'lit';
import type { BoundaryDiff, BoundarySet } from '../contract/schemas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import { saidOf, toAccept, type Remaining } from './remaining.ts';

/** How many areas of a kind of difference are listed. */
const mostListed = 100;

/** An area of one of the two sets: of the later one, or of the one before where it is gone. */
export interface Differing {
  code: string;
  gone: boolean;
}

interface Row extends Differing {
  text: TemplateResult;
}

/** What is different, area by area; whoever presses one wants to see it. */
export function differences(e: EditorCatalogue, diff: BoundaryDiff, name: (code: string) => string, show: (one: Differing) => void): TemplateResult {
  const place = (called: string, code: string) => html`<bdi>${called}</bdi> <bdi>${code}</bdi>`;
  const list = (title: string, all: number, rows: readonly Row[]) => (all === 0 ? nothing : html`<details class="differing"><summary>${title}</summary>
    <ul>${rows.map((row) => html`<li><button type="button" class="quiet" title=${e.showFault} @click=${() => show(row)}>${row.text}</button></li>`)}</ul>
    ${all > rows.length ? html`<p class="hint">${e.andMore(String(all - rows.length))}</p>` : nothing}</details>`);
  const places = (all: BoundaryDiff['added'], gone: boolean) => all.slice(0, mostListed).map((one) => ({ code: one.code, gone, text: html`<bdi>${name(one.code)}</bdi>` }));
  const { added, removed, renamed, changed } = diff;
  return html`${list(e.listRemoved(String(removed.length)), removed.length, places(removed, true))}${list(e.listAdded(String(added.length)), added.length, places(added, false))}
    ${list(e.listRenamed(String(renamed.length)), renamed.length, renamed.slice(0, mostListed).map((one) => ({ code: one.code_after, gone: false, text: html`${place(one.name, one.code)} → ${place(one.name_after, one.code_after)}` })))}
    ${list(e.listChanged(String(changed.length)), changed.length, changed.slice(0, mostListed).map((one) => ({ code: one.code, gone: false, text: html`<bdi>${name(one.code)}</bdi>` })))}`;
}

/** What is read before a version comes into force, at once or later. */
export interface Replacing {
  e: EditorCatalogue;
  diff: BoundaryDiff;
  about: BoundarySet;
  before: BoundarySet | undefined;
  /** When it comes into force, as people read it; undefined for at once. */
  when?: string;
  called(set: BoundarySet): string;
  busy: boolean;
  language: string;
  /** What is wrong with it, and whether that was accepted. */
  left: Remaining;
  accepted: boolean;
  accept(accepted: boolean): void;
  /** Shows on the map what is wrong. */
  look(): void;
  yes(): void;
  no(): void;
}

/** Says which version comes in place of which, when, what that changes and what remains wrong; asks once more. Faults have to be accepted. */
export function replacing({ e, diff, about, before, when, called, busy, language, left, accepted, accept, look, yes, no }: Replacing): TemplateResult {
  const { added, removed, renamed, changed } = diff;
  const ask = before ? e.replaceAsk(called(about), called(before), when) : e.replaceFirst(called(about), when);
  return html`<div class="notice warn confirm" role="group" aria-labelledby="replacing" @keydown=${(event: KeyboardEvent) => { if (event.key === 'Escape') no(); }}>
    <p id="replacing" tabindex="-1"><strong>${ask}</strong></p>
    ${before ? html`<p>${before.areas === about.areas ? e.replaceAsMany(String(about.areas)) : e.replaceAreas(String(before.areas), String(about.areas))} ${e.compareCounts(String(added.length), String(removed.length), String(renamed.length), String(changed.length))}</p>` : nothing}
    ${removed.length ? html`<p class="wrong">${e.replaceRemoves(String(removed.length))}</p>` : nothing}
    ${toAccept(left) ? html`${saidOf(e, language, left)}<button type="button" class="quiet" @click=${look}>${e.showFaults}</button>
      <label class="check"><input type="checkbox" name="accept" .checked=${accepted} @change=${(event: Event) => accept((event.target as HTMLInputElement).checked)}> ${e.acceptFaults}</label>` : nothing}
    <div class="buttons"><button type="button" class="primary" ?disabled=${busy || (toAccept(left) && !accepted)} @click=${yes}>${when ? e.replaceOn : e.replaceYes}</button><button type="button" class="secondary" @click=${no}>${e.replaceNo}</button></div></div>`;
}
