import { html, nothing, type TemplateResult } from 'lit';
import { Refusal, sentence } from '../contract/errors.ts';
import { moment, said } from '../locale/format.ts';
import { laterTexts } from '../locale/later.ts';
import type { Language } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import { pageAddress, type Setting } from '../page/settings.ts';
import type { Waiting } from './outbox.ts';

interface OutboxState {
  t: ResidentCatalogue;
  language: Language;
  setting: Setting;
  all: readonly Waiting[];
  /** It outlives the page. */
  lasts: boolean;
  /** What stands in the form, where taking the report of this key back would replace it. */
  replacing: { key: string; words: string } | undefined;
  sendNow(): void;
  edit(one: Waiting): void;
  /** That what stands in the form is to be replaced, or not. */
  replace(one: Waiting, sure: boolean): void;
  remove(one: Waiting): void;
}

/**
 * What became of the reports that were here when the page was opened, at its top: what says all of it may lie out of sight. It takes as much room
 * whatever it says, so that one that arrives meanwhile moves nothing. `look` goes to the rest.
 */
export function outboxNews(t: ResidentCatalogue, all: readonly Waiting[], look: () => void): TemplateResult | typeof nothing {
  if (all.length === 0) return nothing;
  const later = laterTexts();
  const arrived = all.findLast((one) => one.filed)?.filed;
  const refused = all.some((one) => one.refused);
  return html`<section class="notice report-news ${arrived ? '' : refused ? 'bad' : 'warn'}" aria-labelledby="news-title">
    <p><strong id="news-title">${later.outboxTitle}</strong><br>${arrived ? later.outboxArrived : refused ? later.outboxRefused : later.outboxHere}</p>
    <div class="buttons"><button type="button" class="secondary" @click=${look}>${later.similarShow}</button>
      ${arrived ? html`<a class="secondary" href=${pageAddress('/track/', location.search, arrived.tracking_code)}>${t.follow}</a>` : nothing}</div>
  </section>`;
}

/** Reports that wait on this device, that arrived since, or that were refused: what became of each of them, and what can be done. */
export function outboxView(s: OutboxState): TemplateResult | typeof nothing {
  const { t, setting } = s;
  if (s.all.length === 0) return nothing;
  const later = laterTexts();
  return html`<section class="card outbox" aria-labelledby="outbox-title" aria-live="polite">
    <h2 id="outbox-title" tabindex="-1">${later.outboxTitle}</h2>
    <ul>${s.all.map((one) => {
      const service = setting.jurisdiction.services.find((other) => other.service_code === one.body.service_code);
      return html`<li data-state=${one.filed ? 'filed' : one.refused ? 'refused' : 'waiting'}>
        <p><strong>${said(service?.name, s.language)}</strong> <span class="hint">${moment(t, setting.jurisdiction.time_zone, new Date(one.at).toISOString())}</span></p>
        ${one.draft.words ? html`<p class="said outbox-words">${one.draft.words}</p>` : nothing}
        ${one.filed ? arrived(s, one, one.filed.tracking_code) : one.refused ? refused(s, one) : waiting(s, one)}</li>`;
    })}</ul>
  </section>`;
}

function waiting({ t, setting, lasts, sendNow, remove }: OutboxState, one: Waiting): TemplateResult {
  const later = laterTexts();
  const held = one.heldUntil && one.heldUntil > Date.now() ? later.outboxHeld(moment(t, setting.jurisdiction.time_zone, new Date(one.heldUntil).toISOString())) : '';
  const stands = one.unsure ? (lasts ? later.outboxUnsure : later.outboxUnsureInPage) : held ? `${held} ${lasts ? later.outboxHeldKept : later.outboxHeldInPage}` : one.failing ? (lasts ? later.outboxFailing : later.outboxFailingInPage)
    : lasts ? later.outboxWaiting : later.outboxWaitingInPage;
  return html`<div class="notice warn"><p>${stands}</p>${lasts && one.body.contact ? html`<p>${later.outboxContact}</p>` : nothing}</div>
    <div class="buttons"><button type="button" class="secondary" @click=${sendNow}>${later.outboxSendNow}</button>
      <button type="button" class="quiet" @click=${() => { if (confirm(one.tried ? later.outboxDropTried : later.outboxDropAsk)) remove(one); }}>${later.outboxDrop}</button></div>`;
}

function arrived({ t, remove }: OutboxState, one: Waiting, code: string): TemplateResult {
  const later = laterTexts();
  return html`<p class="notice">${later.outboxArrived} ${one.lostPhotos > 0 ? t.photosLost : ''}</p>
    <p class="ticket-label">${t.trackingCode}</p><p class="code">${code}</p><weige-copy .text=${code}></weige-copy>
    <div class="buttons"><a class="secondary" href=${pageAddress('/track/', location.search, code)}>${t.follow}</a>
      <button type="button" class="quiet" @click=${() => remove(one)}>${later.outboxNoted}</button></div>`;
}

function refused({ t, replacing, edit, replace, remove }: OutboxState, one: Waiting): TemplateResult {
  const later = laterTexts();
  const why = one.refused ? sentence(t, new Refusal(one.refused.status, one.refused.fault)) : '';
  const text = html`<p class="notice bad">${later.outboxRefused} ${why}</p>`;
  if (replacing?.key === one.key) {
    // Where it was asked for lies what leaves it, so that a second tap does no harm.
    return html`${text}<p class="notice warn" id="replace-ask">${later.outboxReplaceAsk(replacing.words)}</p>
      <div class="buttons"><button type="button" class="quiet leave-form" aria-describedby="replace-ask" @click=${() => replace(one, false)}>${later.outboxReplaceNot}</button>
        <button type="button" class="secondary replace-form" aria-describedby="replace-ask" @click=${() => replace(one, true)}>${later.outboxReplace}</button></div>`;
  }
  return html`${text}<div class="buttons"><button type="button" class="secondary edit-again" @click=${() => edit(one)}>${later.outboxEdit}</button>
      <button type="button" class="quiet" @click=${() => { if (confirm(later.outboxDropAsk)) remove(one); }}>${later.outboxDrop}</button></div>`;
}
