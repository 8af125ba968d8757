import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Gazetteer, GazetteerIntake } from '../contract/schemas.ts';
import type { GazetteerCatalogue } from '../locale/gazetteer.ts';
import { moment } from '../locale/format.ts';
import type { Catalogue } from '../locale/locale.ts';

interface VersionsState {
  t: Catalogue;
  g: GazetteerCatalogue;
  zone: string;
  versions: readonly Gazetteer[];
  inForce: string;
  imports: readonly GazetteerIntake[];
  /** The version that somebody may go back to, once they say so. */
  asked: string;
  busy: boolean;
  count: (value: number) => string;
  /** What a person is called. */
  person: (id: string | undefined) => string;
  ask: (version: string) => void;
  putBack: (version: string) => void;
  open: (intake: string) => void;
}

/** How people call a version. */
export function short(version: string): string {
  return version.slice(0, 8);
}

/** What a country's addresses are called; its code where it has no name here. */
export function countryOf(g: GazetteerCatalogue, country: string): string {
  return country === 'cn' ? g.country_cn : country === 'us' ? g.country_us : country;
}

/** How far an import is, in a word. */
export function stateChip(g: GazetteerCatalogue, { state, dry_run }: GazetteerIntake): TemplateResult {
  const word = state === 'refused' && dry_run ? g.trialRefused : g[`state_${state}`];
  // Another chip for another state: the mark before what was refused would push its words.
  return html`${keyed(state, html`<span class="chip ${state === 'refused' ? 'late' : state === 'done' ? '' : 'waiting'}">${word}</span>`)}`;
}

/** Every gazetteer with which is in force, and the last imports. */
export function versionsView(state: VersionsState): TemplateResult {
  const { t, g, zone, count } = state;
  const row = (one: Gazetteer) => html`<tr>
      <th scope="row"><code>${short(one.version)}</code></th>
      <td>${one.version === state.inForce ? html`<span class="chip">${g.inForce}</span>` : html`<button type="button" class="secondary" data-version=${one.version} aria-disabled=${state.busy ? 'true' : 'false'} @click=${() => { if (!state.busy) state.ask(one.version); }}>${g.putBack}</button>`}</td>
      <td class="number" data-label=${g.colAddresses}>${count(one.addresses)}</td><td class="number" data-label=${g.colPlaces}>${count(one.places)}</td><td data-label=${g.colCountry}>${countryOf(g, one.country)}</td><td data-label=${g.colBegan}>${moment(t, zone, one.created_at)}</td><td data-label=${g.colBy}>${state.person(one.by) || '–'}</td></tr>`;
  return html`<section class="card"><h2>${g.versionsTitle}</h2><p class="hint">${g.versionsNote}</p>
      ${goingBack(state)}
      ${state.versions.length === 0 ? html`<p>${g.versionsNone}</p>` : html`<div class="scroll" role="region" aria-label=${g.tabVersions} tabindex="0"><table class="grid sets"><thead><tr>
        ${[g.colVersion, g.colStatus].map((name) => html`<th scope="col">${name}</th>`)}${[g.colAddresses, g.colPlaces].map((name) => html`<th scope="col" class="number">${name}</th>`)}
        ${[g.colCountry, g.colBegan, g.colBy].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        ${keyed(state.inForce, html`<tbody>${state.versions.map(row)}</tbody>`)}</table></div>`}</section>
    <section class="card"><h2>${g.lastTitle}</h2><p class="hint">${g.lastNote}</p>
      ${state.imports.length === 0 ? html`<p>${g.lastNone}</p>` : html`<ul class="drawings">${state.imports.map((one) => html`<li>
        <span><strong>${one.name || g.unnamed}</strong> · ${one.dry_run ? g.trial : g.real} ${stateChip(g, one)}
          <span class="hint">${g.runAt(moment(t, zone, one.began_at), state.person(one.by))}</span></span>
        <button type="button" class="secondary" @click=${() => state.open(one.import)}>${g.look}</button></li>`)}</ul>`}</section>`;
}

/** What people call a version: when it was imported, and how its id begins. */
export function versionCalled(g: GazetteerCatalogue, t: Catalogue, zone: string, { version, created_at }: Pick<Gazetteer, 'version' | 'created_at'>): string {
  return g.versionOf(moment(t, zone, created_at), short(version));
}

interface Question {
  title: string;
  notes: readonly string[];
  busy: boolean;
  yes: string;
  no: string;
  sure: () => void;
  leave: () => void;
}

/** Whoever puts another gazetteer in force reads first which one, and what is in force. */
export function confirmation({ title, notes, busy, yes, no, sure, leave }: Question): TemplateResult {
  return html`<div class="notice warn confirm" role="group" aria-labelledby="confirm-title" @keydown=${(event: KeyboardEvent) => { if (event.key === 'Escape') leave(); }}>
    <p id="confirm-title"><strong>${title}</strong></p>${notes.map((one) => html`<p>${one}</p>`)}
    <div class="buttons"><button type="button" class="primary" aria-disabled=${busy ? 'true' : 'false'} @click=${() => { if (!busy) sure(); }}>${yes}</button><button type="button" class="secondary" @click=${leave}>${no}</button></div></div>`;
}

/** Going back to a version that was in force. */
function goingBack({ t, g, zone, versions, inForce, asked, busy, count, ask, putBack }: VersionsState) {
  const wanted = versions.find((one) => one.version === asked);
  const now = versions.find((one) => one.version === inForce);
  if (!wanted) return nothing;
  const called = (one: Gazetteer) => versionCalled(g, t, zone, one);
  return confirmation({ title: g.putBackAsk(called(wanted), count(wanted.addresses)), notes: now ? [g.putBackNow(called(now), count(now.addresses))] : [], busy, yes: g.putBackYes, no: g.putBackNo,
    sure: () => putBack(wanted.version), leave: () => ask('') });
}
