import type { Tracked } from '../contract/schemas.ts';

/** Whether its reporter can say that it was settled well: once somebody says it is. */
export function mayConfirm({ status }: Pick<Tracked, 'status'>): boolean {
  return status === 'resolved' || status === 'closed';
}

/** Whether its reporter can open it again. */
export function mayReopen({ reopen_until }: Pick<Tracked, 'reopen_until'>, now = Date.now()): boolean {
  return reopen_until !== undefined && reopen_until !== null && Date.parse(reopen_until) > now;
}

/** Whether its reporter said so, of how it was settled last. */
export function wasConfirmed({ events }: { events: readonly Pick<Tracked['events'][number], 'kind'>[] }): boolean {
  const last = (kind: string) => events.findLastIndex((one) => one.kind === kind);
  return last('confirmed') > Math.max(last('resolved'), last('reopened'));
}

/** Whether an answer tells of before what is shown: two questions that are under way together are answered in any order. */
export function isOlder(answer: Pick<Tracked, 'report' | 'events'>, shown: Pick<Tracked, 'report' | 'events'> | undefined): boolean {
  if (!shown || answer.report !== shown.report) return false;
  const last = ({ events }: Pick<Tracked, 'events'>) => Date.parse(events.at(-1)?.at ?? '') || 0;
  return answer.events.length < shown.events.length || last(answer) < last(shown);
}
