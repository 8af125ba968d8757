import type { ReactiveControllerHost } from 'lit';
import type { Refused } from './refused.ts';

/**
 * What went wrong by itself while somebody looks at the page: that the sign-in has expired, and the moves that were refused. It lies on the page, which
 * moves nothing, until they have seen it, ask for it or go elsewhere; then it stands in the page.
 */
export class Lying {
  /** The sign-in was found to have expired, and that lies on the page. */
  lapsed = false;
  /** Places of the refused moves whose notices stand in the page. */
  private told: ReadonlySet<number> = new Set();
  /** Places of those whose bar was closed. */
  private closed: ReadonlySet<number> = new Set();

  /** `refused` gives all moves that were refused and not dropped. */
  constructor(private readonly host: ReactiveControllerHost, private readonly refused: () => readonly Refused[]) {}

  expire(): void {
    this.lapsed = true;
    this.host.requestUpdate();
  }

  /** All that lay on the page stands in it now. */
  stand(): void {
    this.lapsed = false;
    this.standRefused();
  }

  /** All that was refused stands in the page now. */
  standRefused(): void {
    this.told = this.all();
    this.host.requestUpdate();
  }

  /** Somebody takes away what lies on the page. On a case the notice of what was refused waits until they leave it, as it would move what they read. */
  close(onCase: boolean): void {
    if (!this.lapsed && onCase) {
      this.closed = this.all();
      this.host.requestUpdate();
    } else this.stand();
  }

  /** The refused moves whose notices stand in the page: those of one report, or all. */
  standing(report?: string): Refused[] {
    return this.refused().filter(({ at, move }) => this.told.has(at) && (report === undefined || move.report === report));
  }

  /** Whether the notice of a move of this report does not stand in the page yet. */
  holds(report: string): boolean {
    return this.refused().some(({ at, move }) => move.report === report && !this.told.has(at));
  }

  /** The refused move that lies on the page: the last of which nobody knows yet. */
  get latest(): Refused | undefined {
    return this.refused().findLast(({ at }) => !this.told.has(at) && !this.closed.has(at));
  }

  private all(): ReadonlySet<number> {
    return new Set(this.refused().map(({ at }) => at));
  }
}
