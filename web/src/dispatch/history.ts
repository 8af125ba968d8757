import { html, nothing, type TemplateResult } from 'lit';
import type { Assignee, StaffReport } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import type { Catalogue } from '../locale/locale.ts';
import type { CaseworkCatalogue } from '../locale/casework.ts';
import { codeName } from './ways.ts';

type Event = StaffReport['events'][number];

interface HistoryState {
  t: Catalogue;
  s: CaseworkCatalogue;
  zone: string;
  events: readonly Event[];
  /** Who has a report, in words. */
  who(assignee: Assignee): string;
  /** What somebody is called, by their id; undefined where that is not known. */
  name(person: string): string | undefined;
}

/** What became of a report, as staff see it, oldest first: what comes is added at the end, and moves nothing. */
export function historyView({ t, s, zone, events, who, name }: HistoryState): TemplateResult {
  return html`<ol class="timeline">${events.map((event) => html`<li>
      <time datetime=${event.at}>${moment(t, zone, event.at)}</time>
      ${event.after ? happened({ t, s, who }, event, event.after) : nothing}
      ${event.code ? html`<br><span>${codeName(s, event.code)}</span>` : nothing}
      ${event.reason ? html`<br><span>${s.labelled(s.reason, event.reason)}</span>` : nothing}
      ${event.reply ? html`<br><span>${s.labelled(s.reply, event.reply)}</span>` : nothing}
      ${event.kind !== 'filed' ? html`<br><span class="hint">${s.by(doer({ s, who, name }, event))}</span>` : nothing}</li>`)}</ol>`;
}

/** What others do who need neither have a report nor dispatch. */
const others: ReadonlySet<Event['kind']> = new Set(['rehomed', 'part_finished', 'part_reopened']);

/** Who took a step: by name, else by what they are to it. Whoever acts on a report that they do not have dispatches, but for what becomes of its parts; what new boundaries bring about does not say who drew them. */
export function doer({ s, who, name }: Pick<HistoryState, 's' | 'who' | 'name'>, { kind, who: person, before, after }: Pick<Event, 'kind' | 'who' | 'before' | 'after'>): string {
  if (person === 'resident') return s.byResident;
  if (person === 'clock') return s.byClock;
  const had = [after, before].find((one) => one?.person === person);
  return name(person) ?? (had?.name ? who(had) : had || others.has(kind) ? s.colleague : s.dispatcher);
}

/** What happened, in one sentence; `after`: who has the report since then. */
export function happened({ t, s, who }: Pick<HistoryState, 't' | 's' | 'who'>, event: Pick<Event, 'kind' | 'who' | 'before'>, after: Assignee): string {
  if (event.kind === 'filed') return t.eventFiled(who(after));
  if (event.kind === 'reassigned') return event.before ? s.changeFromTo(who(event.before), who(after)) : '';
  // The dispatch desk can settle what somebody else has; page/assignee.ts tells the reporter so, too.
  if (event.kind === 'resolved' && event.who !== event.before?.person) return t.event_resolved_staff;
  return t[`event_${event.kind}`](who(after));
}
