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
export function standing({ t, s, kept, online, busy, sent, moves, pictures, of }: Standing, otherwise: string): TemplateResult {
  const refused = moves.filter(({ move }) => move.refused).length;
  const waiting = moves.length - refused + pictures.filter(({ picture }) => !picture.refused).length;
  const saved = of && of.waiting.length > 0 ? `${s.mineSavedMove} ${of.waiting.map((move) => s[`step_${move.kind}`]).join(t.listSeparator)}` : s.mineWaiting(String(waiting));
  const text = waiting > 0 ? (busy && online ? s.mineSending : saved)
    : !online ? s.mineOffline(moment(t, kept.jurisdiction.time_zone, kept.at)) : refused > 0 ? s.mineRefusedCount(String(refused)) : sent ? s.mineSent : '';
  const tone = !online ? 'warn' : refused > 0 && waiting === 0 ? 'bad' : '';
  return html`<p class="mine-line ${text ? 'notice' : 'hint'} ${tone}" role="status">${text || otherwise}</p>`;
}

type Said = Pick<Standing, 't' | 's'>;

/** What stands in the way: nothing can be kept here, something went wrong, or the sign-in has expired. */
export function notices({ t, s }: Said, { storeless, trouble, enter }: { storeless: boolean; trouble: string; enter: (() => void) | undefined }): TemplateResult {
  return html`<div class="mine-state" role="status">
    ${storeless ? html`<p class="notice warn">${s.mineNoStorage}</p>` : nothing}
    ${trouble ? html`<p class="notice bad">${trouble}</p>` : nothing}
    ${enter ? html`<div class="notice warn"><p>${s.mineExpired}</p><button type="button" class="primary" @click=${enter}>${t.signIn}</button></div>` : nothing}</div>`;
}

/** The way out, which clears the phone; `undone` says how much would be lost, once that was asked about. */
export function leaving({ t, s, name, undone }: Said & { name: string; undone: number }, leave: (anyway: boolean) => void): TemplateResult {
  return html`<section class="leave">${undone > 0 ? html`<p class="notice warn">${s.mineLeaveUnsent(String(undone))}</p>
      <button type="button" class="secondary leave-anyway" @click=${() => leave(true)}>${s.mineLeaveAnyway}</button>`
    : html`<p class="hint">${t.signedInAs(name)}</p><button type="button" class="quiet" @click=${() => leave(false)}>${s.mineLeave}</button>`}</section>`;
}
