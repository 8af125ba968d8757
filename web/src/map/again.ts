/** Milliseconds after which what failed is asked for once more, time after time; after the last it is left until there is reason to hope. */
const waits = [2_000, 5_000, 15_000, 40_000] as const;

/**
 * When to ask again for what could not be fetched. A browser is online before anything gets through, so that one try is not enough; and a server that
 * is down is not asked without end. Nothing is asked for while there is no connection or nobody looks.
 */
export class Again {
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `ask` asks for all that failed. */
  constructor(private readonly ask: () => void) {}

  /** There is reason to hope: a connection came, or somebody came back. Asks at once, and a few times more where that fails too. */
  now(): void {
    this.rest();
    this.ask();
  }

  /** Something could not be fetched. */
  failed(): void {
    const wait = waits[this.tries];
    if (this.timer !== undefined || wait === undefined) return;
    this.tries++;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (navigator.onLine && !document.hidden) this.ask();
    }, wait);
  }

  /** All is there, or nobody needs it any more: what fails later is another matter. */
  rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tries = 0;
  }
}
