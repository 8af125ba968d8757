import { html, nothing, type TemplateResult } from 'lit';
import type { Assignee, StaffReport } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import type { Catalogue } from '../locale/locale.ts';
import type { StaffCatalogue } from '../locale/staff.ts';
import { codeName } from './ways.ts';

type Event = StaffReport['events'][number];

interface HistoryState {
  t: Catalogue;
  s: StaffCatalogue;
  zone: string;
  events: readonly Event[];
  /** Who has a report, in words. */
  who(assignee: Assignee): string;
  /** Who did something, by their id. */
  did(person: string): string;
}

/** What became of a report, as staff see it, oldest first: what comes is added at the end, and moves nothing. */
export function historyView({ t, s, zone, events, who, did }: HistoryState): TemplateResult {
  const by = (person: string) => (person === 'resident' ? t.byResident : person === 'clock' ? t.byClock : did(person));
  return html`<ol class="timeline">${events.map((event) => html`<li>
      <time datetime=${event.at}>${moment(t, zone, event.at)}</time>
      ${event.after ? what(t, event, event.after, who) : nothing}
      ${event.code ? html`<br><span>${codeName(s, event.code)}</span>` : nothing}
      ${event.reason ? html`<br><span>${t.reason}：${event.reason}</span>` : nothing}
      ${event.reply ? html`<br><span>${t.reply}：${event.reply}</span>` : nothing}
      ${event.kind !== 'filed' ? html`<br><span class="hint">${t.by(by(event.who))}</span>` : nothing}</li>`)}</ol>`;
}

function what(t: Catalogue, event: Event, after: Assignee, who: (assignee: Assignee) => string): string {
  if (event.kind === 'filed') return t.eventFiled(who(after));
  if (event.kind === 'reassigned') return event.before ? t.changeFromTo(who(event.before), who(after)) : '';
  return t[`event_${event.kind}`](who(after));
}
