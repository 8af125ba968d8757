import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import { path } from '../contract/areas.ts';
import type { QueueItem, Service } from '../contract/schemas.ts';
import { brief, briefest, moment, said } from '../locale/format.ts';
import type { Catalogue, Language } from '../locale/locale.ts';
import { staffTexts, type StaffCatalogue } from '../locale/staff.ts';
import type { Desk, Listed } from './desk.ts';
import { everything, openStatuses, type Filters } from './filters.ts';
import { isPicked } from './picked.ts';
import type { Picking } from './picking.ts';
import { areaChoices, everybody, holds, staffName } from './people.ts';

export interface ListState {
  t: Catalogue;
  language: Language;
  desk: Desk;
  listed: Listed;
  /** Another one whenever others are listed, or in another order. */
  turn: number;
  filters: Filters;
  /** The filters that somebody begins with. */
  beginning: Filters;
  busy: boolean;
  /** Absent for those who may not hand reports on. */
  picking: Picking | undefined;
  choose(report: string): void;
  filter(change: Partial<Filters>): void;
  /** What is looked for among the listed. */
  words: string;
  look(words: string): void;
  /** Opens the report that is looked for, if it is the only one. */
  openSought(): void;
  more(): void;
  refresh(): void;
  /** Says what the list does not show yet. */
  fresh: TemplateResult;
  /** Reports that somebody asked to see when they were new. */
  shownFresh: ReadonlySet<string>;
}

/** A service's name, or its code when the jurisdiction no longer lists it. */
export function serviceName(services: readonly Service[], code: string, language: Language): string {
  return said(services.find((one) => one.service_code === code)?.name, language) || code;
}

/** Which deadline it is that runs; a list that a phone kept may not say it. */
export function dueName(s: StaffCatalogue, { due_for }: Pick<QueueItem, 'due_for'>): string {
  return due_for ? s[`dueFor_${due_for}`] : s.dueAt;
}

export function searchBar(s: ListState): TemplateResult {
  return html`<form class="search" role="search" aria-label=${staffTexts().filters} @submit=${(event: Event) => { event.preventDefault(); s.openSought(); }}>
    <div class="field"><label for="filter-words">${staffTexts().search}</label>
      <input type="search" id="filter-words" maxlength="200" autocomplete="off" enterkeyhint="search" .value=${s.words} @input=${(event: Event) => s.look((event.target as HTMLInputElement).value)}></div>
  </form>`;
}

/** What the list can be narrowed by; open from the beginning where the address narrows it. */
export function filterPart(s: ListState): TemplateResult {
  const { t, desk, filters } = s;
  const staff = staffTexts();
  const { areas } = desk.setting;
  const groups = areaChoices(areas, (code) => holds(desk.duties, areas, code));
  const select = (name: 'area' | 'assignee' | 'status' | 'service', label: string, options: unknown) => html`<div class="field"><label for="filter-${name}">${label}</label>
    <select id="filter-${name}" @change=${(event: Event) => s.filter({ [name]: (event.target as HTMLSelectElement).value })}>${options}</select></div>`;
  const option = (value: string, text: string, chosen: string) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`;
  const narrowed = (['area', 'assignee', 'status', 'service', 'late'] as const).filter((one) => filters[one] !== s.beginning[one]).length;
  return html`<details class="filters"><summary>${staff.filters}${narrowed > 0 ? html` <span class="chip waiting">${narrowed}</span>` : nothing}</summary><div>
    ${select('area', staff.filterArea, html`${option('', staff.anyArea, filters.area)}${groups.map(({ group, choices }) => html`<optgroup label=${group.name}>
      ${choices.map(({ area, name }) => option(area.code, name, filters.area))}</optgroup>`)}`)}
    ${select('service', staff.filterService, html`${option('', staff.anyService, filters.service)}${desk.setting.jurisdiction.services.map((one) => option(one.service_code, serviceName(desk.setting.jurisdiction.services, one.service_code, s.language), filters.service))}`)}
    ${!desk.duties.reassigns ? select('assignee', staff.filterAssignee, html`${option(desk.session.person, staff.assigneeMe, filters.assignee)}${option(everything, staff.assigneeMyAreas, filters.assignee)}`) : nothing}
    ${desk.duties.reassigns && desk.roster.length > 0 ? select('assignee', staff.filterAssignee, html`${option('', staff.anyAssignee, filters.assignee)}${option('queue', staff.assigneeQueue, filters.assignee)}
      ${everybody(desk.roster).map((one) => option(one.person, one.name, filters.assignee))}`) : nothing}
    ${select('status', staff.filterStatus, html`${option('', staff.anyStatus, filters.status)}${openStatuses.map((status) => option(status, t[`status_${status}_short`], filters.status))}`)}
    <label class="check"><input type="checkbox" id="filter-late" .checked=${filters.late === 'yes'} @change=${(event: Event) => s.filter({ late: (event.target as HTMLInputElement).checked ? 'yes' : '' })}> ${staff.filterLate}</label>
    ${narrowed > 0 ? html`<button type="button" class="quiet" @click=${() => s.filter({ ...s.beginning, report: filters.report })}>${staff.clearFilters}</button>` : nothing}
  </div></details>`;
}

export function reportList(s: ListState): TemplateResult {
  const { t, listed } = s;
  const staff = staffTexts();
  return html`<div class="list-head">${s.picking ? html`<label class="pick" title=${staff.pickListed}><input type="checkbox" aria-label=${staff.pickListed} ?disabled=${listed.items.length === 0} .checked=${allPicked(s)} @change=${(event: Event) => pickAll(s, (event.target as HTMLInputElement).checked)}></label>` : nothing}
      <h2 id="list-title" tabindex="-1">${staff.listTitle}</h2>${s.fresh}
      <button type="button" class="quiet" @click=${s.refresh}>${t.refresh}</button></div>
    <p class="hint" role="status">${s.busy ? t.loading : s.words.trim() ? staff[listed.next ? 'searchedListed' : 'searchedAll'](listed.items.length) : listed.items.length === 0 ? staff.listEmpty : staff.listCount(listed.items.length, listed.next !== undefined)}</p>
    ${listed.countsMore ? html`<p class="hint">${staff.countsMore}</p>` : nothing}
    <div data-room="list">${keyed(s.turn, html`<ul class="reports" aria-labelledby="list-title">
      ${repeat(listed.items, (item) => item.report, (item) => html`<li class=${s.picking ? 'pickable' : nothing}>${pickBox(s, item)}${entry(s, item)}</li>`)}
    </ul>`)}</div>
    ${listed.next ? html`<button type="button" class="secondary" aria-disabled=${s.busy ? 'true' : 'false'} @click=${s.more}>${staff.listMore}</button>` : nothing}
    ${keyed(listed.items.length, countTable(s))}`;
}

/** The id of a report that is in a text, such as an address of this page; undefined where there is none. */
export function reportIn(text: string): string | undefined {
  return /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/i.exec(text)?.[0].toLowerCase();
}

/** Those of the listed whose id begins with what is looked for, or in whose lines of the list each of its words is. */
export function soughtIn(s: Pick<ListState, 't' | 'language' | 'desk'>, items: readonly QueueItem[], sought: string): readonly QueueItem[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const { jurisdiction, areas } = s.desk.setting;
  return words.length === 0 ? items : items.filter((item) => {
    const line = [serviceName(jurisdiction.services, item.service_code, s.language), ...item.chain.map((code) => areas.name(code)), s.t[`status_${item.status}_short`],
      item.assignee.kind === 'queue' ? staffTexts().nobodyYet : staffName(s.t, s.language, jurisdiction, areas, item.assignee)].join(' ').toLowerCase();
    return item.report.startsWith(words.join('-')) || words.every((one) => line.includes(one));
  });
}

function allPicked({ picking, listed }: ListState): boolean {
  return picking !== undefined && listed.items.every((one) => isPicked(picking.picked, one));
}

function pickAll({ picking, listed }: ListState, on: boolean): void {
  if (on) picking?.all(listed.items);
  else picking?.clear();
}

/** The box beside a report that picks it to be handed on with others. */
function pickBox(s: ListState, item: QueueItem): TemplateResult | typeof nothing {
  const { picking, listed } = s;
  if (!picking) return nothing;
  const what = `${serviceName(s.desk.setting.jurisdiction.services, item.service_code, s.language)} ${where(s, item)}`;
  return html`<label class="pick"><input type="checkbox" aria-label=${staffTexts().pickOne(what)} .checked=${isPicked(picking.picked, item)} @change=${() => picking.toggle(item, listed.items)}></label>`;
}

function where({ t, desk }: ListState, item: QueueItem): string {
  return item.chain.length > 0 ? path(item.chain.slice(-2).map((code) => desk.setting.areas.name(code))) : item.address_grade === 'none' ? t.placeUnknown : staffTexts().countsOutside;
}

/** What stands at the end of a line: other words take its place, instead of moving to where they begin. */
function inPlace(words: string, shown: TemplateResult): unknown {
  return repeat([words], String, () => shown);
}

function entry(s: ListState, item: QueueItem): TemplateResult {
  const { t, language, desk } = s;
  const staff = staffTexts();
  const { jurisdiction, areas } = desk.setting;
  const waiting = item.assignee.kind === 'queue';
  const who = waiting ? staff.nobodyYet : staffName(t, language, jurisdiction, areas, item.assignee);
  const status = t[`status_${item.status}_short`];
  const mark = item.late ? staff.late : item.paused ? staff.paused : '';
  const fresh = s.shownFresh.has(item.report);
  return html`<button type="button" class="entry" data-report=${item.report} aria-current=${item.report === s.filters.report ? 'true' : nothing} @click=${() => s.choose(item.report)}>
    <span class="entry-top"><strong>${serviceName(jurisdiction.services, item.service_code, language)}</strong>
      ${inPlace(`${status}${mark}${fresh}`, html`<span class="chips">${fresh ? html`<span class="chip new">${staff.freshOne}</span>` : nothing}${mark ? html`<span class="chip ${item.late ? 'late' : ''}">${mark}</span>` : nothing}
        <span class="chip ${waiting ? 'waiting' : ''}">${status}</span></span>`)}</span>
    <span class="entry-who"><span class="entry-where">${where(s, item)}</span> ${inPlace(who, html`<span title=${who}>${who}</span>`)}</span>
    <span class="entry-who">${item.due ? html`<span class="entry-due">${inPlace(`${item.due_for} ${item.due}`, html`${dueName(staff, item)} <time datetime=${item.due}>${t.dueBy(brief(t, jurisdiction.time_zone, item.due))}</time>`)}</span>` : nothing}
      <time datetime=${item.filed_at} title=${moment(t, jurisdiction.time_zone, item.filed_at)}>${briefest(t, jurisdiction.time_zone, item.filed_at)}</time></span>
  </button>`;
}

function countTable(s: ListState): TemplateResult | typeof nothing {
  const { desk, listed } = s;
  const staff = staffTexts();
  const rows = listed.counts.filter((one) => one.open > 0).sort((a, b) => b.open - a.open || a.code.localeCompare(b.code));
  if (rows.length === 0) return nothing;
  const name = (code: string) => (code === '-' ? staff.countsOutside : desk.setting.areas.name(code));
  // Below a list that has become longer it is drawn anew, and as open as it was.
  const open = document.querySelector<HTMLDetailsElement>('details.counts')?.open ?? false;
  return html`<details class="counts" ?open=${open}><summary id="counts-title">${staff.countsTitle}</summary>
    <table><caption class="hint">${staff.countsLag}</caption>
      <thead><tr><th scope="col">${staff.filterArea}</th><th scope="col">${staff.countsOpen}</th><th scope="col">${staff.countsWaiting}</th><th scope="col">${staff.countsLate}</th></tr></thead>
      <tbody>${rows.map((one) => html`<tr><th scope="row">${name(one.code)}</th><td>${one.open}</td><td>${one.waiting}</td><td>${one.late ?? 0}</td></tr>`)}</tbody>
    </table></details>`;
}
