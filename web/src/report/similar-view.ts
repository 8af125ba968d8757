import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Service } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import { laterTexts } from '../locale/later.ts';
import type { Language } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import type { Setting } from '../page/settings.ts';
import { publicFacts } from './facts.ts';
import type { Near } from './similar.ts';

interface SimilarState {
  t: ResidentCatalogue;
  language: Language;
  service: Service | undefined;
  list: readonly Near[];
  photos: ReadonlyMap<string, string>;
  /** It takes one line only. */
  folded: boolean;
  fold(on: boolean): void;
  meToo(one: Near): void;
  mineIsNew(): void;
}

/** Open reports of the same service nearby, well enough to judge, over the page: one tap says that it is the same, one that it is not. */
export function similarView({ t, language, service, list, photos, folded, fold, meToo, mineIsNew }: SimilarState): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  const later = laterTexts();
  if (folded) {
    return html`<div class="sheet similar folded notice"><button type="button" class="unfold" aria-expanded="false" @click=${() => fold(false)}>
      <span>${later.similarFolded(String(list.length))}</span><strong>${later.similarShow}</strong></button></div>`;
  }
  // Other reports make another sheet, which appears where the one before it went: one that grew would move.
  return html`${keyed(list.map((one) => one.id).join(), html`<div class="sheet similar notice" role="group" aria-labelledby="similar-title">
    <div class="similar-head"><p id="similar-title" tabindex="-1"><strong>${later.similarTitle(String(list.length))}</strong></p>
      <button type="button" class="quiet fold" @click=${() => fold(true)}>${later.similarFold}</button></div>
    <ul>${list.map((one) => html`<li>
      <div>${publicFacts(t, language, service, one)}</div>
      <div class="similar-photo">${photos.has(one.id) ? html`<img src=${photos.get(one.id) ?? ''} alt=${later.similarPhoto} width="72" height="72">` : nothing}</div>
      <button type="button" class="secondary" @click=${() => meToo(one)}>${later.meToo}</button></li>`)}</ul>
    <button type="button" class="primary new" @click=${mineIsNew}>${later.mineIsNew}</button>
  </div>`)}`;
}

/** The report that somebody meets too: how it stands, and how to hear of it. */
export function meTooView(t: ResidentCatalogue, language: Language, setting: Setting, service: Service | undefined, one: Near, anyway: () => void): TemplateResult {
  const later = laterTexts();
  return html`<div class="similar notice" role="group" aria-labelledby="me-too">
    <p id="me-too" tabindex="-1"><strong>${later.meTooTitle}</strong></p>
    <div class="public-view">${publicFacts(t, language, service, one)}
      <p class="hint">${moment(t, setting.jurisdiction.time_zone, one.filedAt)}${t.dot}${t[`status_${one.status}`]}</p></div>
    <p>${later.meTooNote}</p>
    <weige-follow tapped .setting=${setting} .what=${{ report: one.id }}></weige-follow>
    <button type="button" class="quiet" @click=${anyway}>${later.meTooAnyway}</button>
  </div>`;
}
