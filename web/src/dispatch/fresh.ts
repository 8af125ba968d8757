import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { Live, type News } from '../contract/live.ts';
import type { QueueItem } from '../contract/schemas.ts';
import { StaffElement } from '../page/staff-element.ts';
import type { Desk, Listed } from './desk.ts';
import { sameList, type Filters } from './filters.ts';
import { meaning } from './news.ts';

/**
 * Says how many reports there are that the list does not show yet, or that nobody can say, and has it fetched again when somebody wants to see them ("show", with their ids).
 * Whatever is heard of reports is told at once ("heard" {QueueItem[]}).
 * Reports in the list are brought up to date in their places ("merged"), but never while the pointer or the keyboard is among them: a row
 * that grows would push the others away.
 */
@customElement('weige-fresh')
export class Fresh extends StaffElement {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) listed!: Listed;
  @property({ attribute: false }) filters!: Filters;
  @state() private missing: ReadonlySet<string> = new Set();
  /** There is no connection: what is new is not known. */
  @state() private cut = false;
  private held = new Map<string, QueueItem>();
  private live: Live | undefined;
  private list: Element | null = null;
  private readonly settle = () => this.release();
  private readonly network = () => {
    if (navigator.onLine) this.live?.now();
    else this.cut = true;
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.list = this.closest('.desk-entries');
    for (const type of ['pointerleave', 'focusout']) this.list?.addEventListener(type, this.settle);
    this.live = new Live({
      client: this.desk.client, token: () => this.desk.session.token, tell: (news) => this.hear(news), reached: (yes) => { this.cut = !yes; },
      ended: (error) => this.dispatchEvent(new CustomEvent('ended', { detail: error })),
    });
    this.live.start();
    for (const type of ['online', 'offline']) window.addEventListener(type, this.network);
  }

  override disconnectedCallback(): void {
    this.live?.end();
    for (const type of ['online', 'offline']) window.removeEventListener(type, this.network);
    for (const type of ['pointerleave', 'focusout']) this.list?.removeEventListener(type, this.settle);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('filters') as Filters | undefined;
    if (before && !sameList(before, this.filters)) this.forget(); // another list, which is fetched whole
    if (changed.has('listed')) this.missing = meaning({ reports: [], left: [] }, this.missing, this.listed.items, this.filters).fresh;
  }

  private hear(news: News): void {
    const { fresh, changed } = meaning(news, this.missing, this.listed.items, this.filters);
    this.missing = fresh;
    for (const one of changed) this.held.set(one.report, one);
    this.dispatchEvent(new CustomEvent('heard', { detail: news.reports }));
    this.release();
  }

  private release(): void {
    // Where there is no pointer, :hover stays with what was touched last.
    const among = matchMedia('(hover: hover)').matches ? ':hover, :focus-within' : ':focus-within';
    if (this.held.size === 0 || this.list?.matches(among)) return;
    const changed = [...this.held.values()];
    this.held.clear();
    this.dispatchEvent(new CustomEvent('merged', { detail: changed }));
  }

  private show(): void {
    const { missing } = this;
    this.forget();
    this.dispatchEvent(new CustomEvent('show', { detail: missing }));
  }

  private forget(): void {
    this.missing = new Set();
    this.held.clear();
  }

  protected override render() {
    const { size } = this.missing;
    return html`<span role="status">${this.cut ? html`<span class="chip waiting" title=${this.s.freshCutNote}>${this.s.freshCut}</span>` : size > 0 ? html`<button type="button" class="chip fresh" @click=${() => this.show()}>${this.s.freshCount(size)}</button>` : nothing}</span>`;
  }
}
