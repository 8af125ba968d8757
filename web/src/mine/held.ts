import type { Move } from './kept.ts';
import type { Case } from './order.ts';

/** A place in the list as it is shown. */
export interface Entry {
  of: Case;
  /** It left: what was done here about it has arrived, or somebody else took it away. */
  gone?: 'done' | 'taken';
}

/** The list as it is shown: it holds its order and its places from when somebody asked for it until they ask again, so that no answer moves anything. */
export class HeldList {
  entries: readonly Entry[] = [];
  /** How many wait to be shown. */
  fresh = 0;
  /** Counts how often it was shown anew in another order or with others. */
  round = 0;
  private asked = true;

  /** Somebody asks for the list as it is. */
  ask(): void {
    this.asked = true;
  }

  /**
   * Takes over how the cases are now, and what of theirs was refused. One that is in its place stays there with its new words; a list without any
   * takes those that come at once.
   */
  take(now: readonly Case[], refused: readonly { move: Pick<Move, 'report'> }[] = []): void {
    const byId = new Map(now.map((one) => [one.item.report, one]));
    if (this.asked || this.entries.length === 0) {
      const same = now.length === this.entries.length && this.entries.every(({ of, gone }, at) => !gone && now[at]?.item.report === of.item.report);
      if (!same) this.round++;
      this.entries = now.map((of) => ({ of }));
    } else {
      this.entries = this.entries.map(({ of: before }): Entry => {
        const { item: { report }, waiting } = before;
        const of = byId.get(report);
        if (of) return { of };
        return { of: before, gone: waiting.length > 0 && !refused.some(({ move }) => move.report === report) ? 'done' : 'taken' };
      });
    }
    this.asked = false;
    for (const { of } of this.entries) byId.delete(of.item.report);
    this.fresh = byId.size;
  }
}
