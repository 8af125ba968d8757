import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { serviceName } from '../dispatch/list.ts';
import { staffName } from '../dispatch/people.ts';
import { codeName, unfinished } from '../dispatch/ways.ts';
import { moment } from '../locale/format.ts';
import type { Catalogue, Language } from '../locale/locale.ts';
import { caseworkTexts } from '../locale/casework.ts';
import type { Kept, Move, Said, Words } from './kept.ts';
import { whereIs } from './list.ts';
import type { Case } from './order.ts';
import { takenUp } from './again.ts';
export { takenUp, withBegun } from './again.ts';
import '../page/copy.ts';

export interface Told {
  t: Catalogue;
  language: Language;
  kept: Kept;
}

/** A move that was refused, and its place. */
export interface Refused {
  at: number;
  move: Move;
}

/** A step in words, with its code. */
function stepName({ kind, body }: Move): string {
  const s = caseworkTexts();
  return s[`step_${kind}`] + (body.code ? ` · ${codeName(s, body.code)}` : '');
}

/** What kind of report it is and where it lies. */
function reportName({ t, language, kept }: Told, { about }: Move): string {
  return about ? `${serviceName(kept.jurisdiction.services, about.service_code, language)} · ${whereIs({ t, s: caseworkTexts() }, kept, about)}` : '';
}

/** Which step it was and of which report. */
export function refusedLine(told: Told, move: Move): string {
  return [caseworkTexts().mineRefusedShort(stepName(move)), reportName(told, move)].filter(Boolean).join(' · ');
}

/** All that there is to say of each: which report, why, who has it now, and what was written, to be copied or used again. */
export function refusedList(told: Told, refused: readonly Refused[], { cases, again, drop }: { cases: readonly Case[]; again(one: Refused): void; drop(at: number): void }): TemplateResult | typeof nothing {
  const { t, kept } = told;
  const s = caseworkTexts();
  if (refused.length === 0) return nothing;
  const zone = kept.jurisdiction.time_zone;
  return html`<div class="mine-refused">${repeat(refused, ({ at }) => at, ({ at, move }) => html`<section class="notice bad" id="refused-${at}" tabindex="-1" aria-label=${refusedLine(told, move)}>
    <p><strong>${s.mineRefused(stepName(move), move.refused ?? '')}</strong></p>
    ${move.about ? html`<p>${reportName(told, move)}<br>${t.filedAt} ${moment(t, zone, move.about.filed_at)}</p>` : nothing}
    <p>${whoHas(told, move)}</p>
    ${written(move.body).length > 0 ? html`<p>${s.mineWrote(moment(t, zone, move.made))}</p>${writtenView(move.body)}` : nothing}
    <div class="buttons">${takenUp(move, cases.find(({ item }) => item.report === move.report), kept.person) ? html`<button type="button" class="primary" @click=${() => again({ at, move })}>${s.mineTakeUp}</button>` : nothing}
      ${written(move.body).length > 0 ? copyOf(move.body) : nothing}
      <button type="button" class="secondary" @click=${() => drop(at)}>${s.mineDrop}</button></div></section>`)}</div>`;
}

/** Words that were begun for reports that are in the list no more, to be copied or given up: nothing else shows them. */
export function begunList(begun: readonly Words[], drop: (one: Words) => void): TemplateResult | typeof nothing {
  const s = caseworkTexts();
  if (begun.length === 0) return nothing;
  return html`<div class="mine-begun">${repeat(begun, ({ report, kind }) => `${report} ${kind}`, (one) => html`<section class="notice warn"><p>${s.mineBegunGone(s[`step_${one.kind}`])}</p>
    ${writtenView(one.said)}
    <div class="buttons">${copyOf(one.said)}<button type="button" class="secondary" @click=${() => drop(one)}>${s.mineBegunDrop}</button></div></section>`)}</div>`;
}

/** The words of a step, those for the resident first. */
function written({ reply, reason }: Partial<Said>): string[] {
  return [reply, reason].flatMap((one) => one || []);
}

function writtenView(said: Partial<Said>): TemplateResult[] {
  return written(said).map((one) => html`<p class="said words">${one}</p>`);
}

function copyOf(said: Partial<Said>): TemplateResult {
  return html`<weige-copy .text=${written(said).join('\n')}></weige-copy>`;
}

function whoHas({ t, language, kept }: Told, { since }: Move): string {
  const s = caseworkTexts();
  if (!since) return s.mineNowUnknown;
  const status = t[`status_${since.status}_short`];
  if (!unfinished.includes(since.status)) return s.mineNowDone(status);
  const name = since.assignee.person === kept.person ? s.you : staffName(t, language, kept.jurisdiction, { name: (code) => kept.names[code] ?? code }, since.assignee);
  return s.mineNow(status, name);
}
