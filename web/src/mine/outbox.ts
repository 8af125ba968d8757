import type { Client } from '../contract/client.ts';
import { hasCode, isOpen } from '../contract/errors.ts';
import type { StaffReport } from '../contract/schemas.ts';
import { stepPaths } from '../dispatch/ways.ts';
import type { Move } from './kept.ts';

/** Where moves wait. */
export interface Waiting {
  moves(): Promise<{ at: number; move: Move }[]>;
  replace(at: number, move: Move): Promise<void>;
  /** Forgets a move that arrived; in the same transaction those made on top of it begin at the version to which it led. */
  arrived(at: number, version: number): Promise<void>;
}

/** What came of sending. */
export interface Dispatched {
  /** The sign-in has expired: everything still waits. */
  expired: boolean;
  /** No answer came: the rest waits. */
  unreached: boolean;
}

/** What is told of sending: a report as it is after a move that arrived, and the words for why one was refused. */
export interface Told {
  now(report: StaffReport): void;
  why(error: unknown): string;
}

/**
 * Sends the moves of a person that wait, oldest first, one at a time. Each is sent under the key it was made with until an answer came, so
 * that it is made once however often that fails; one that was refused stays, with the reason. What was made on top of that one, or waited
 * behind it while it was sent, is refused too, as it was meant for what did not come about. A step made after the refusal was read stands
 * on the report as it is, and is sent.
 */
export async function sendAll(client: Client, person: string, waiting: Waiting, { now, why }: Told): Promise<Dispatched> {
  const stuck = new Map<string, string>();
  const done = new Set<number>();
  for (;;) {
    // Read anew each time: the one before may have changed where this begins, and others are made in the meantime.
    const all = await waiting.moves();
    const next = all.find(({ at, move }) => !done.has(at) && move.person === person && !move.refused);
    if (!next) return { expired: false, unreached: false };
    const { at, move } = next;
    done.add(at);
    const before = stuck.get(move.report) ?? all.find((one) => one.move.key === move.behind)?.move.refused;
    if (before) {
      await waiting.replace(at, { ...move, refused: before });
      continue;
    }
    try {
      const report = await client.post(stepPaths[move.kind], { path: { report: move.report }, body: move.body, key: move.key });
      // In this order, so that a step made from now on begins here. Whoever is interrupted in between sends this one again, which changes nothing.
      now(report);
      await waiting.arrived(at, report.version);
    } catch (error) {
      if (hasCode(error, 'unauthorized')) return { expired: true, unreached: false };
      if (isOpen(error)) return { expired: false, unreached: true };
      const reason = why(error);
      stuck.set(move.report, reason);
      await waiting.replace(at, { ...move, refused: reason });
    }
  }
}

/** Asks once for each refused move of a person how its report is since, which not everybody may see. */
export async function learn(client: Client, person: string, waiting: Waiting): Promise<void> {
  for (const { at, move } of await waiting.moves()) {
    if (move.person !== person || move.refused === undefined || move.since !== undefined) continue;
    try {
      const { assignee, status } = await client.get('/v1/{jurisdiction}/reports/{report}', { path: { report: move.report } });
      await waiting.replace(at, { ...move, since: { assignee, status } });
    } catch (error) {
      if (isOpen(error)) return;
      await waiting.replace(at, { ...move, since: null });
    }
  }
}
