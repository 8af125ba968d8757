import type { Tracked } from '../contract/schemas.ts';
import { store } from '../page/store.ts';
import { isOlder } from './answers.ts';

/** What this device keeps of a report that was looked up: how it stood and when, RFC 3339, and words that did not reach the server. */
interface Seen {
  code: string;
  at: string;
  tracked: Tracked;
  unsent?: Unsent | undefined;
  /** Why it is to be opened again; sent only when that is pressed. */
  reopening?: Unsent | undefined;
}

/** Words that wait to be sent, with the key by which the server takes them once. */
export interface Unsent {
  words: string;
  key: string;
  /** The report takes no more, so that they are not sent by themselves. */
  full?: boolean;
}

/** At most this many reports are kept, those looked up last. */
const most = 12;

const shelf = (jurisdiction: string) => `weige.tracked.${jurisdiction}`;
const plain = (code: string) => code.replace(/-/g, '').toUpperCase();

function all(jurisdiction: string): Seen[] {
  try {
    const found: unknown = JSON.parse(store()?.getItem(shelf(jurisdiction)) ?? '[]');
    return Array.isArray(found) ? (found as Seen[]).filter((one) => typeof one?.code === 'string' && Array.isArray(one.tracked?.events)) : [];
  } catch {
    return []; // written by something else
  }
}

/** Whether it was kept: the browser may forbid it, or have no room. */
function keep(jurisdiction: string, list: readonly Seen[]): boolean {
  try {
    const there = store();
    there?.setItem(shelf(jurisdiction), JSON.stringify(list.slice(0, most)));
    return there !== undefined;
  } catch {
    return false;
  }
}

/** How a report stood when it was looked up last from this device. */
export function seenBefore(jurisdiction: string, code: string): Readonly<Seen> | undefined {
  return all(jurisdiction).find((one) => one.code === plain(code));
}

export function keepSeen(jurisdiction: string, code: string, tracked: Tracked, at: string): void {
  const before = seenBefore(jurisdiction, code);
  if (isOlder(tracked, before?.tracked)) return;
  const rest = all(jurisdiction).filter((one) => one.code !== plain(code));
  keep(jurisdiction, [{ ...before, code: plain(code), at, tracked }, ...rest]);
}

/** Keeps words until they are sent, or forgets them; tells whether they are kept. */
export function keepUnsent(jurisdiction: string, code: string, what: 'unsent' | 'reopening', unsent: Unsent | undefined): boolean {
  const list = all(jurisdiction);
  return keep(jurisdiction, list.map((one) => (one.code === plain(code) ? { ...one, [what]: unsent } : one))) && list.some((one) => one.code === plain(code));
}

/** Forgets a report that there is no more. */
export function forgetSeen(jurisdiction: string, code: string): void {
  keep(jurisdiction, all(jurisdiction).filter((one) => one.code !== plain(code)));
}
