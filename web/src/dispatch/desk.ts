import type { Client } from '../contract/client.ts';
import type { AreaCount, Duty, Photo, QueueItem } from '../contract/schemas.ts';
import type { Setting } from '../page/settings.ts';
import type { Session } from '../sign-in/session.ts';
import type { Duties } from './people.ts';

/** Everything the parts of the dispatch page share. */
export interface Desk {
  setting: Setting;
  client: Client;
  session: Session;
  duties: Duties;
  /** Empty for those who may not hand reports on. */
  roster: readonly Duty[];
}

/** The list as far as it was fetched. */
export interface Listed {
  items: readonly QueueItem[];
  next: string | undefined;
  counts: readonly AreaCount[];
  /** The counts leave some out: with a filter not all reports are read. */
  countsMore: boolean;
}

export const nothingListed: Listed = { items: [], next: undefined, counts: [], countsMore: false };

/** Whether one list goes on as another one begins. */
export function goesOn(one: readonly QueueItem[], other: readonly QueueItem[]): boolean {
  return one.every(({ report }, at) => at >= other.length || other[at]?.report === report);
}

/** The list with one report as it is now; a report that is not listed stays unlisted. */
export function withReport(items: readonly QueueItem[], now: QueueItem): QueueItem[] {
  return items.map((item) => (item.report === now.report ? { ...item, ...pick(now) } : item));
}

/** The list and the open report together, as the map shows them, each report once. */
export function onMap(items: readonly QueueItem[], open: QueueItem | undefined): readonly QueueItem[] {
  return !open || items.some((item) => item.report === open.report) ? items : [...items, open];
}

/** The photos of a report, and what shows them where there are any; undefined where they could not be fetched. */
export async function photosOf({ client }: Desk, report: string): Promise<readonly Photo[] | undefined> {
  try {
    const { photos } = await client.get('/v1/{jurisdiction}/photos', { query: { report } });
    if (photos.length > 0) await import('../page/photo-list.ts');
    return photos;
  } catch {
    return undefined; // the list of photos asks again and says what hinders it
  }
}

function pick({ version, status, assignee }: QueueItem): Pick<QueueItem, 'version' | 'status' | 'assignee'> {
  return { version, status, assignee };
}
