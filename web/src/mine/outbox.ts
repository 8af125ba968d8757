import type { Client } from '../contract/client.ts';
import { hasCode, isOpen } from '../contract/errors.ts';
import type { StaffReport } from '../contract/schemas.ts';
import { stepPaths } from '../dispatch/ways.ts';
import type { Move } from './kept.ts';

/** Where moves wait. */
export interface Waiting {
  moves(): Promise<{ at: number; move: Move }[]>;
  replace(at: number, move: Move): Promise<void>;
  drop(at: number): Promise<void>;
}

/** What came of sending. */
export interface Dispatched {
  /** Reports as they are after moves that arrived. */
  now: StaffReport[];
  /** The sign-in has expired: everything still waits. */
  expired: boolean;
  /** No answer came: the rest waits. */
  unreached: boolean;
}

/**
 * Sends the moves of a person that wait, oldest first, one at a time. Each is sent under the key it was made with until an answer came, so
 * that it is made once however often that fails; one that was refused stays, with the reason, and whatever waits for the same report
 * behind it is refused too, as it was meant for what did not come about. A move behind another one
 * of the same report begins where that one led.
 */
export async function sendAll(client: Client, person: string, waiting: Waiting, why: (error: unknown) => string): Promise<Dispatched> {
  const done: Dispatched = { now: [], expired: false, unreached: false };
  const stuck = new Map<string, string>();
  const all = await waiting.moves();
  for (const [place, { at, move }] of all.entries()) {
    if (move.person !== person) continue;
    if (move.refused) {
      stuck.set(move.report, move.refused);
      continue;
    }
    const before = stuck.get(move.report);
    if (before) {
      await waiting.replace(at, { ...move, refused: before });
      continue;
    }
    try {
      const now = await client.post(stepPaths[move.kind], { path: { report: move.report }, body: move.body, key: move.key });
      // In this order: whoever is interrupted between the two sends the first again, which changes nothing.
      await follow(waiting, all.slice(place + 1), now);
      await waiting.drop(at);
      done.now.push(now);
    } catch (error) {
      if (hasCode(error, 'unauthorized')) done.expired = true;
      else if (isOpen(error)) done.unreached = true;
      else {
        const reason = why(error);
        stuck.set(move.report, reason);
        await waiting.replace(at, { ...move, refused: reason });
        continue;
      }
      return done;
    }
  }
  return done;
}

/** Lets the moves behind one that arrived begin at what it made of the report. None of them was tried yet, so that no key changes its meaning. */
async function follow(waiting: Waiting, behind: readonly { at: number; move: Move }[], { report, version }: StaffReport): Promise<void> {
  for (const { at, move } of behind) {
    if (move.report !== report || move.refused) continue;
    move.body = { ...move.body, version };
    await waiting.replace(at, move);
  }
}

/** Runs one at a time, also among several windows of this phone; whoever comes while one runs goes after it. */
export async function alone<T>(name: string, run: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return await run();
  return (await navigator.locks.request(name, run)) as T;
}
