import type { PublicAssignee, Tracked } from '../contract/schemas.ts';
import { said } from '../locale/format.ts';
import { locale, type Catalogue } from '../locale/locale.ts';

/** Who has a report, for everybody: a role and its area, or the queue. */
export function whoHasIt(t: Catalogue, assignee: PublicAssignee): string {
  const role = said(assignee.role, locale().language);
  if (assignee.queue) return t.inQueue(role);
  return assignee.area?.name ? t.withRole(role, assignee.area.name) : role;
}

/** What happened to a report, for its reporter: the dispatch desk can settle what somebody else has. */
export function whatHappened(t: Catalogue, { kind, by, assignee }: Tracked['events'][number]): string {
  const who = whoHasIt(t, assignee);
  return kind === 'filed' ? t.eventFiled(who) : kind === 'reassigned' ? t.eventReassigned(who)
    : kind === 'resolved' && by === 'staff' ? t.event_resolved_staff : t[`event_${kind}`](who);
}
