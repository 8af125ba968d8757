import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import { path } from '../contract/areas.ts';
import { dueName, serviceName } from '../dispatch/list.ts';
import { distance, moment } from '../locale/format.ts';
import type { Catalogue, Language } from '../locale/locale.ts';
import type { StaffCatalogue } from '../locale/staff.ts';
import type { Entry } from './held.ts';
import type { Kept } from './kept.ts';
import type { Case } from './order.ts';

export interface Listing {
  t: Catalogue;
  s: StaffCatalogue;
  language: Language;
  kept: Kept;
  entries: readonly Entry[];
}

/** Where a case lies, in names from coarse to fine. */
export function whereIs({ t, s }: Pick<Listing, 't' | 's'>, kept: Kept, { chain, address_grade }: Pick<Case['item'], 'chain' | 'address_grade'>): string {
  return chain.length > 0 ? path(chain.slice(-2).map((code) => kept.names[code] ?? code)) : address_grade === 'none' ? t.placeUnknown : s.countsOutside;
}

/** Marks of a case: late or paused, its status, and whether something of it waits to be sent or was refused. Others take their place, instead of moving to where they begin. */
export function chips(t: Catalogue, s: StaffCatalogue, { item, status, waiting, refused }: Case): TemplateResult {
  return html`${keyed([item.late, item.paused, status, waiting.length > 0, refused].join(), html`<span class="chips">${item.late ? html`<span class="chip late">${s.late}</span>` : item.paused ? html`<span class="chip">${s.paused}</span>` : nothing}
    <span class="chip ${status === 'assigned' || status === 'reopened' ? 'waiting' : ''}">${t[`status_${status}_short`]}</span>
    ${waiting.length > 0 ? html`<span class="chip pending">${s.minePending}</span>` : refused ? html`<span class="chip refused">${s.mineRefusedChip}</span>` : nothing}</span>`)}`;
}

/** The cases as large targets, numbered as on the drawing of the area. One that left keeps its place, its height and what names it until the list is asked for again. */
export function caseList({ t, s, language, kept, entries, show }: Listing & { show(report: string): void }): TemplateResult {
  const { services, time_zone } = kept.jurisdiction;
  const words = (one: Case, at: number) => html`<span class="entry-top"><strong>${at + 1}. ${serviceName(services, one.item.service_code, language)}</strong>${chips(t, s, one)}</span>
      <span class="entry-where">${whereIs({ t, s }, kept, one.item)}${one.metres === undefined ? '' : ` · ${s.mineAway(distance(t, one.metres))}`}</span>
      ${one.item.description ? html`<span class="entry-words">${one.item.description}</span>` : nothing}
      ${one.item.due ? html`<span class="entry-due">${`${dueName(s, one.item)} ${t.dueBy(moment(t, time_zone, one.item.due))}`}</span>` : nothing}`;
  return html`<ol class="mine-list">${repeat(entries, ({ of }) => of.item.report, ({ of, gone }, at) => html`<li>${gone
    ? html`<div class="entry gone" tabindex="-1"><div class="entry-was" aria-hidden="true">${words(of, at)}</div><div class="entry-left"><s>${at + 1}. ${serviceName(services, of.item.service_code, language)}</s><s>${whereIs({ t, s }, kept, of.item)}</s><p>${gone === 'done' ? s.mineDone : s.mineGone}</p></div></div>`
    : html`<button type="button" class="entry" data-report=${of.item.report} @click=${() => show(of.item.report)}>${words(of, at)}</button>`}</li>`)}</ol>`;
}

/** The address of this page with a case open, or none. */
export function addressOf(report: string): string {
  const query = new URLSearchParams(location.search);
  if (report) query.set('report', report);
  else query.delete('report');
  const text = query.toString();
  return location.pathname + (text ? `?${text}` : '');
}
