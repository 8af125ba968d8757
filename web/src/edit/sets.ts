import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { BoundarySet, Drawing } from '../contract/schemas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import { moment } from '../locale/format.ts';
import { calledSet } from './called.ts';
import { question, type Doomed } from './discarding.ts';
import type { Catalogue, Language } from '../locale/locale.ts';

interface SetsState {
  t: Catalogue;
  e: EditorCatalogue;
  language: Language;
  zone: string;
  sets: readonly BoundarySet[];
  inForce: string;
  drawings: readonly Drawing[];
  busy: boolean;
  /** Who reads this. */
  person: string;
  /** They may see and confirm what a version changes for open reports. */
  rehomes: boolean;
  /** What somebody may be about to discard. */
  doomed: Doomed | undefined;
  ask(doomed: Doomed | undefined): void;
  discard(): void;
  draw(set: string, name: string): void;
  repair(set: string): void;
  compare(set: string): void;
  open(drawing: string): void;
}

/** Every version with what can be done with it, and what is being drawn. */
export function setsView(state: SetsState): TemplateResult {
  const { t, e, zone, doomed } = state;
  const asked = (id: string) => (doomed?.id === id ? question({ e, doomed, called: (set) => calledSet(e, t, zone, set), person: state.person, busy: state.busy, yes: state.discard, no: () => state.ask(undefined) }) : nothing);
  const name = createRef<HTMLInputElement>();
  const base = (id: string) => {
    const set = state.sets.find((one) => one.set === id);
    return set ? calledSet(e, t, zone, set) : id.slice(0, 8);
  };
  const row = (set: BoundarySet) => html`<tr data-set=${set.set}>
      <th scope="row">${set.note ? html`<p class="set-note"><bdi>${set.note}</bdi></p>` : nothing}<code>${set.set.slice(0, 8)}</code></th>
      <td><span class="chip ${set.status === 'draft' ? 'waiting' : ''}">${e[`status_${set.status}`]}</span>
        ${set.published_at ? html`<p class="hint">${e.publishedAt(moment(t, zone, set.published_at))}</p>` : nothing}
        ${set.planned_from ? html`<p class="hint">${e.plannedFrom(moment(t, zone, set.planned_from))}</p>` : nothing}
        ${set.plan_failed ? html`<p class="wrong">${e.planFailed}</p>` : nothing}
        ${set.warnings?.length ? html`<p class="hint">${e.warningsCount(String(set.warnings.length))}</p>` : nothing}</td>
      <td data-label=${e.colAreas}>${set.areas}</td><td>${moment(t, zone, set.created_at)}</td>
      <td><div class="buttons"><button type="button" class="secondary" ?disabled=${state.busy} @click=${() => state.draw(set.set, name.value?.value.trim() ?? '')}>${e.actDraw}</button>
        ${set.warnings?.length ? html`<button type="button" class="quiet" ?disabled=${state.busy} @click=${() => state.repair(set.set)}>${e.actRepair}</button>` : nothing}
        ${set.set === state.inForce && !state.rehomes ? nothing : html`<button type="button" class="quiet" @click=${() => state.compare(set.set)}>${set.set === state.inForce ? e.actRehome : e.actCompare}</button>`}
        ${set.status === 'draft' && !set.planned_from ? html`<button type="button" class="quiet" id=${`discard-${set.set}`} ?disabled=${state.busy} @click=${() => state.ask({ id: set.set, set })}>${e.actDiscard}</button>` : nothing}</div>${asked(set.set)}</td></tr>`;
  // With a version or a drawing more or less these are other lists, not the ones before moved; what is written above them stays.
  const kept = [...state.sets.map((one) => one.set + (one.warnings?.length ?? '')), ...state.drawings.map((one) => one.drawing)].join();
  return html`<section class="card"><p class="hint">${e.setsNote}</p>
      <label class="field">${e.nameOfNew}<input ${ref(name)} maxlength="100" autocomplete="off"><span class="hint">${e.nameHint}</span></label>
      <div class="scroll" role="region" aria-label=${e.tabSets} tabindex="0"><table class="grid sets"><thead><tr><th scope="col">${e.colSet}</th><th scope="col">${e.colStatus}</th><th scope="col">${e.colAreas}</th><th scope="col">${e.colWhen}</th><th scope="col">${e.colActions}</th></tr></thead>
      ${keyed(kept, html`<tbody>${state.sets.map(row)}</tbody>`)}</table></div></section>
    ${keyed(kept, html`<section class="card"><h2>${e.drawingsTitle}</h2>
      ${state.drawings.length === 0 ? html`<p>${e.drawingsNone}</p>` : html`<ul class="drawings">${state.drawings.map((one) => html`<li>
        <span><strong>${one.name || e.unnamed}</strong> · ${e.begunFrom(moment(t, zone, one.created_at), base(one.base))} · ${e.editsCount(String(one.edits))} · ${e.changedAt(moment(t, zone, one.changed_at))}</span>
        <div class="buttons"><button type="button" class="secondary" @click=${() => state.open(one.drawing)}>${e.openDrawing}</button>
          <button type="button" class="quiet" id=${`discard-${one.drawing}`} ?disabled=${state.busy} @click=${() => state.ask({ id: one.drawing, drawing: one })}>${e.actDiscard}</button></div>${asked(one.drawing)}</li>`)}</ul>`}</section>`)}`;
}
