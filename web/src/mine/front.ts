import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { dayIn } from '../dispatch/people.ts';
import { moment } from '../locale/format.ts';
import type { Finding } from './finding.ts';
import type { HeldList } from './held.ts';
import { caseList, type Listing } from './list.ts';
import { areaSection } from './outline.ts';

export interface Front extends Omit<Listing, 'entries'> {
  list: HeldList;
  finding: Finding;
  sort: 'due' | 'distance';
  busy: boolean;
  /** What went wrong, above the list. */
  state: TemplateResult;
  /** How it stands, or else these words. */
  line(otherwise: string): TemplateResult | typeof nothing;
  /** What stands below the area. */
  end: TemplateResult;
  refresh(): void;
  order(sort: 'due' | 'distance'): void;
  /** Shows those that wait too. */
  all(): void;
  show(report: string): void;
}

/** The page with the list. What lies below it comes anew with it, so that nothing is moved by its length. */
export function front(f: Front): TemplateResult {
  const { t, s, language, kept, list: { entries, fresh, round }, finding, line } = f;
  const zone = kept.jurisdiction.time_zone;
  const count = entries.filter(({ gone }) => !gone).length + fresh; // also those that are not shown yet
  const button = (sort: Front['sort'], text: string) => html`<button type="button" aria-pressed=${f.sort === sort ? 'true' : 'false'} @click=${() => f.order(sort)}>${text}</button>`;
  const listing = { t, s, language, kept, entries };
  return html`<div class="mine-head"><h1 id="mine-title" tabindex="-1">${t.titleMine}</h1><span role="status">${fresh > 0 ? html`<button type="button" class="chip fresh" @click=${f.all}>${s.mineFresh(String(fresh))}</button>` : nothing}</span>
      <button type="button" class="quiet" aria-disabled=${f.busy ? 'true' : 'false'} @click=${f.refresh}>${t.refresh}</button></div>
    ${f.state}${line(`${count === 0 ? s.mineNone : s.mineCount(String(count))} · ${s.mineFetched(moment(t, zone, kept.at))}`)}
    <div class="tabs" role="group" aria-label=${s.mineSort}>${button('due', s.mineByDue)}${button('distance', s.mineByDistance)}</div>
    ${finding.said ? html`<p class="hint" role="status">${finding.words}</p>` : nothing}
    ${keyed(round, html`<div data-room="list">${caseList({ ...listing, show: f.show })}</div>
      ${areaSection({ ...listing, here: finding.here, today: dayIn(zone, new Date()) })}${f.end}`)}`;
}
