import { html, nothing, type TemplateResult } from 'lit';
import { Refusal, sentence } from '../contract/errors.ts';
import { moment, said } from '../locale/format.ts';
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
  sendNow(): void;
  edit(one: Waiting): void;
  remove(one: Waiting): void;
}

/** Reports that wait on this device, that arrived since, or that were refused: what became of each of them, and what can be done. */
export function outboxView(s: OutboxState): TemplateResult | typeof nothing {
  const { t, setting } = s;
  if (s.all.length === 0) return nothing;
  return html`<section class="card outbox" aria-labelledby="outbox-title" aria-live="polite">
    <h2 id="outbox-title" tabindex="-1">${t.outboxTitle}</h2>
    <ul>${s.all.map((one) => {
      const service = setting.jurisdiction.services.find((other) => other.service_code === one.body.service_code);
      return html`<li data-state=${one.filed ? 'filed' : one.refused ? 'refused' : 'waiting'}>
        <p><strong>${said(service?.name, s.language)}</strong> <span class="hint">${moment(t, setting.jurisdiction.time_zone, new Date(one.at).toISOString())}</span></p>
        ${one.filed ? arrived(s, one, one.filed.tracking_code) : one.refused ? refused(s, one) : waiting(s, one)}</li>`;
    })}</ul>
  </section>`;
}

function waiting({ t, setting, lasts, sendNow, remove }: OutboxState, one: Waiting): TemplateResult {
  const held = one.heldUntil && one.heldUntil > Date.now() ? t.outboxHeld(moment(t, setting.jurisdiction.time_zone, new Date(one.heldUntil).toISOString())) : '';
  return html`<p class="notice warn">${held ? `${held} ${lasts ? t.outboxHeldKept : t.outboxHeldInPage}` : lasts ? t.outboxWaiting : t.outboxWaitingInPage}</p>
    <div class="buttons"><button type="button" class="secondary" @click=${sendNow}>${t.outboxSendNow}</button>
      <button type="button" class="quiet" @click=${() => { if (confirm(one.tried ? t.outboxDropTried : t.outboxDropAsk)) remove(one); }}>${t.outboxDrop}</button></div>`;
}

function arrived({ t, remove }: OutboxState, one: Waiting, code: string): TemplateResult {
  return html`<p class="notice">${t.outboxArrived} ${one.lostPhotos > 0 ? t.photosLost : ''}</p>
    <p class="ticket-label">${t.trackingCode}</p><p class="code">${code}</p><weige-copy .text=${code}></weige-copy>
    <div class="buttons"><a class="secondary" href=${pageAddress('/track/', location.search, code)}>${t.follow}</a>
      <button type="button" class="quiet" @click=${() => remove(one)}>${t.outboxNoted}</button></div>`;
}

function refused({ t, edit, remove }: OutboxState, one: Waiting): TemplateResult {
  const why = one.refused ? sentence(t, new Refusal(one.refused.status, one.refused.fault)) : '';
  return html`<p class="notice bad">${t.outboxRefused} ${why}</p>
    <div class="buttons"><button type="button" class="secondary" @click=${() => edit(one)}>${t.outboxEdit}</button>
      <button type="button" class="quiet" @click=${() => { if (confirm(t.outboxDropAsk)) remove(one); }}>${t.outboxDrop}</button></div>`;
}
