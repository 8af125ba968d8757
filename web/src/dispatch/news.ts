import type { News } from '../contract/live.ts';
import type { QueueItem } from '../contract/schemas.ts';
import { everything, openStatuses, type Filters } from './filters.ts';

/** Whether a report belongs to the list that these filters ask for. */
export function belongs(item: QueueItem, filters: Filters): boolean {
  const { assignee } = filters;
  const open: readonly string[] = openStatuses;
  return open.includes(item.status) && (!filters.status || item.status === filters.status) && (!filters.service || item.service_code === filters.service) && (!filters.late || item.late === true) && (!filters.area || item.chain.includes(filters.area)) &&
    (!assignee || assignee === everything || (assignee === 'queue' ? item.assignee.kind === 'queue' : item.assignee.person === assignee));
}

/** What news means for a list that is shown: `fresh` are the ids of reports that are missing in it, `changed` those in it as they are now. */
export interface Means {
  fresh: ReadonlySet<string>;
  changed: readonly QueueItem[];
}

/** Adds news to what was missing before. A report that somebody closed or that went elsewhere is missed no more. */
export function meaning(news: News, missing: ReadonlySet<string>, items: readonly QueueItem[], filters: Filters): Means {
  const listed = new Map(items.map((one) => [one.report, one.version]));
  const fresh = new Set([...missing].filter((id) => !listed.has(id) && !news.left.includes(id)));
  const changed: QueueItem[] = [];
  for (const one of news.reports) {
    const shown = listed.get(one.report);
    if (shown !== undefined) {
      if (shown < one.version) changed.push(one);
    } else if (belongs(one, filters)) fresh.add(one.report);
    else fresh.delete(one.report);
  }
  return { fresh, changed };
}

/** A list with reports as they are now, each in its place; an older version changes nothing. */
export function merged(items: readonly QueueItem[], changed: readonly QueueItem[]): readonly QueueItem[] {
  const now = new Map(changed.map((one) => [one.report, one]));
  return items.map((one) => {
    const other = now.get(one.report);
    return other && other.version > one.version ? other : one;
  });
}
