import type { PublicAssignee } from '../contract/schemas.ts';
import { said } from '../locale/format.ts';
import { locale, type Catalogue } from '../locale/locale.ts';

/** Who has a report, for everybody: a role and its area, or the queue. */
export function whoHasIt(t: Catalogue, assignee: PublicAssignee): string {
  const role = said(assignee.role, locale().language);
  if (assignee.queue) return t.inQueue(role);
  return assignee.area?.name ? t.withRole(role, assignee.area.name) : role;
}
