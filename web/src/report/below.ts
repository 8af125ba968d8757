/**
 * The room below the form, in which what a sheet covers over the foot of the page can be scrolled to. When the sheet folds or goes, the room that
 * is seen stays until it is scrolled out of sight: a page that was shorter at once would move what is in view.
 *
 * The style sheet says how much room there has to be; `--kept` of the page's main part is what is kept beyond that, in pixels.
 */
export class Below {
  private kept = 0;
  private readonly scrolled = (): void => this.keep(this.kept);

  /** `main` gives the page's main part, where there is one. */
  constructor(private readonly main: () => HTMLElement | null) {}

  /** Draws the page anew by `draw`, and keeps of the room below it what is seen. Only a page with a sheet, or with room that is kept, has any to lose. */
  around(sheet: boolean, draw: () => void): void {
    const main = this.main();
    const before = main && (sheet || this.kept > 0) ? roomIn(main) : 0;
    if (before > 0) main?.style.setProperty('--kept', `${before}px`); // before anything is measured, which would scroll a shorter page
    draw();
    if (before > 0) this.keep(before);
  }

  /** Listens no more. */
  end(): void {
    window.removeEventListener('scroll', this.scrolled);
  }

  /** Keeps what is seen of the room, at most so many pixels of it. */
  private keep(most: number): void {
    const main = this.main();
    const seen = main ? innerHeight - main.getBoundingClientRect().bottom + roomIn(main) : 0;
    this.kept = Math.max(0, Math.min(most, Math.ceil(seen)));
    main?.style.setProperty('--kept', `${this.kept}px`);
    if (this.kept > 0) window.addEventListener('scroll', this.scrolled, { passive: true });
    else this.end();
  }
}

/** Pixels of padding below what an element holds. */
function roomIn(main: HTMLElement): number {
  return parseFloat(getComputedStyle(main).paddingBottom);
}
