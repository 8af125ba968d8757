import { html, nothing, type TemplateResult } from 'lit';
import { moment } from '../locale/format.ts';
import type { Catalogue } from '../locale/locale.ts';
import type { StaffCatalogue } from '../locale/staff.ts';
import type { Kept, Move } from './kept.ts';
import type { Case } from './order.ts';
import type { Pictures } from './photos.ts';

/** How it stands with the network and with what was done on this phone. */
export interface Standing {
  t: Catalogue;
  s: StaffCatalogue;
  kept: Kept;
  online: boolean;
  /** Somebody is signed in: without that nothing is sent, with a network or not. */
  signed: boolean;
  /** It is being sent or fetched. */
  busy: boolean;
  /** All that waited has arrived. */
  sent: boolean;
  moves: readonly { move: Move }[];
  pictures: Pictures;
  /** The case that is open. */
  of: Case | undefined;
}

/** The line that says so, in one place that is kept free for it, since it comes and goes by itself; otherwise what else is to be said there. */
export function standing({ t, s, kept, online, signed, busy, sent, moves, pictures, of }: Standing, otherwise: string): TemplateResult {
  const refused = moves.filter(({ move }) => move.refused).length;
  const waiting = moves.length - refused + pictures.filter(({ picture }) => !picture.refused).length;
  const saved = of && of.waiting.length > 0 ? s.mineSavedMove(of.waiting.map((move) => s[`step_${move.kind}`]).join(s.listSeparator)) : of ? s.mineWaitingShort(String(waiting)) : (signed ? s.mineWaiting : s.mineWaitingSignIn)(String(waiting));
  const text = waiting > 0 ? (busy && online && signed ? s.mineSending : saved)
    : !online ? (of ? s.mineOfflineShort : s.mineOffline(moment(t, kept.jurisdiction.time_zone, kept.at))) : refused > 0 ? (of ? s.mineRefusedCountShort : s.mineRefusedCount)(String(refused)) : sent ? s.mineSent : '';
  const tone = !online || (!signed && waiting > 0) ? 'warn' : refused > 0 && waiting === 0 ? 'bad' : '';
  return html`<p data-room="line" class="mine-line ${text ? 'notice' : 'hint'} ${tone}" role="status">${text || otherwise}</p>`;
}

type Said = Pick<Standing, 't' | 's'>;

/** What happened just now, with what can be done about it. */
interface Lies {
  text: string;
  label: string;
  act: () => void;
}

/** It lies on the page, so that it is seen wherever somebody stands, and moves nothing; it can be closed. */
export function bar(s: StaffCatalogue, lies: Lies | undefined, close: () => void): TemplateResult {
  return html`<div class="mine-bar" role="status">${lies ? html`<div class="notice bad"><p>${lies.text}</p>
    <button type="button" class="quiet close" aria-label=${s.close} @click=${close}>×</button>
    <button type="button" class="secondary" @click=${lies.act}>${lies.label}</button></div>` : nothing}</div>`;
}

interface InTheWay {
  storeless: boolean;
  trouble: string;
  /** Leads to the sign-in, where nobody is signed in. */
  enter: (() => void) | undefined;
  expired: boolean;
  online: boolean;
}

/** What stands in the way: nothing can be kept here, something went wrong, or nobody is signed in, which only a network changes. */
export function notices({ t, s }: Said, { storeless, trouble, enter, expired, online }: InTheWay): TemplateResult {
  return html`<div class="mine-state" role="status" data-room="state">
    ${storeless ? html`<p class="notice warn">${s.mineNoStorage}</p>` : nothing}
    ${trouble ? html`<p class="notice bad">${trouble}</p>` : nothing}
    ${enter ? html`<div class="notice warn"><p>${expired ? s.mineExpired : s.mineSignedOut}</p><button type="button" class="primary" aria-disabled=${online ? nothing : 'true'} @click=${() => { if (online) enter(); }}>${t.signIn}</button></div>` : nothing}</div>`;
}

/** The way out, which clears the phone of their work; `undone` says how much would be lost, once that was asked about. */
export function leaving({ t, s, name, undone }: Said & { name: string; undone: number }, leave: (anyway: boolean) => void): TemplateResult {
  return html`<section class="leave">${undone > 0 ? html`<p class="notice warn">${s.mineLeaveUnsent(String(undone))}</p>
      <button type="button" class="secondary leave-anyway" @click=${() => leave(true)}>${s.mineLeaveAnyway}</button>`
    : html`<p class="hint">${t.signedInAs(name)}</p><button type="button" class="quiet" @click=${() => leave(false)}>${s.mineLeave}</button>`}</section>`;
}
