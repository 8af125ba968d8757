import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { hasCode, isOpen, isUnsent, sentence } from '../contract/errors.ts';
import { newKey, Once } from '../contract/once.ts';
import type { StaffReport } from '../contract/schemas.ts';
import { CaseworkElement } from '../page/casework-element.ts';
import { keepUnsaid, unsaid } from '../page/unsaid.ts';
import type { Desk } from './desk.ts';
import { staffName } from './people.ts';

/** What came of a decision, in words. */
export interface Outcome {
  kind: 'done' | 'conflict' | 'unsent' | 'refused';
  text: string;
}

/**
 * A decision about one report, which another element takes about another one (`keyed`): sent once however often the connection fails, told apart when somebody else was quicker. Event: `changed`
 * {StaffReport}, after it was done and when somebody else was quicker; before that `settled` {Outcome} when it was done.
 */
export abstract class Decision extends CaseworkElement {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) report!: StaffReport;

  @state() protected sending = false;
  /** It is sent again by itself, which nobody has to see. */
  private quiet = false;
  /** Id of the field that is wrong, and what is wrong with it. */
  @state() protected wrong: { field: string; text: string } | undefined;
  @state() protected outcome: Outcome | undefined;
  private key = newKey();
  private once: Once<unknown, StaffReport> | undefined;
  /** How often the words of the form were changed, and how often when they were sent. */
  private changes = 0;
  private sent = 0;
  /** Sends again, once, what no answer came to. */
  private open: (() => Promise<void>) | undefined;

  protected override willUpdate(changed: PropertyValues<Decision>): void {
    if (changed.has('report') && changed.get('report')?.report !== this.report.report) this.begin();
  }

  /** Begins anew: nothing of the decision before may stay. */
  protected begin(): void {
    this.decideAnew();
    this.wrong = undefined;
    this.outcome = undefined;
  }

  /** Forgets the words of the form, which were sent. */
  protected abstract forget(): void;

  /** What is sent next is another decision, although its words may be the same. */
  private decideAnew(): void {
    this.key = newKey();
    this.once = undefined;
    this.open = undefined;
  }

  /** Words of this report's form that were written before and not sent. */
  protected unsaid<T extends object>(form: string): Partial<T> | undefined {
    return unsaid<T>(this.desk.session.person, this.report.report, form);
  }

  /** Keeps the words of a form until they are sent or given up. */
  protected keep(form: string, words: object | undefined): void {
    this.changes++;
    keepUnsaid(this.desk.session.person, this.report.report, form, words);
  }

  protected refuse(field: string, text: string): void {
    this.wrong = { field, text };
    this.outcome = undefined;
    void this.focusOn(`#${field}`);
  }

  /** Sends what was decided. `post` is given the key; `done` says what came of it. */
  protected async decide<B>(body: B, post: (key: string, body: B) => Promise<StaffReport>, done: (now: StaffReport) => string): Promise<void> {
    if (this.sending) return;
    this.wrong = undefined;
    if (!this.quiet) {
      this.outcome = undefined;
      this.sent = this.changes;
    }
    this.sending = true;
    this.once ??= new Once<unknown, StaffReport>((key, what) => post(key, what as B));
    try {
      const { answer } = await this.once.send(this.key, body);
      if (this.changes === this.sent) this.settle({ kind: 'done', text: done(answer) });
      else this.keepChanged();
      this.tell(answer);
      this.leadOn(); // what was pressed may be gone
    } catch (error) {
      await this.explain(error, () => this.decide(body, post, done));
    } finally {
      this.sending = false;
    }
  }

  private settle(outcome: Outcome): void {
    this.forget();
    this.begin();
    this.outcome = outcome;
    this.dispatchEvent(new CustomEvent<Outcome>('settled', { detail: outcome }));
  }

  /** It was done with the words that were sent; those that somebody changed before its answer came stay where they write. */
  private keepChanged(): void {
    this.decideAnew();
    this.outcome = { kind: 'conflict', text: this.s.stepChangedSince };
  }

  private async explain(error: unknown, again: () => Promise<void>): Promise<void> {
    if (hasCode(error, 'conflict')) {
      const now = await this.asItIs(error.fault.current);
      this.decideAnew(); // the words stay: they may still be right
      const changed = now.version !== this.report.version;
      this.outcome = { kind: 'conflict', text: changed ? this.s.stepConflict(this.t[`status_${now.status}_short`], this.who(now)) : sentence(this.t, error) };
      this.tell(now);
    } else if (isUnsent(error) && !this.open) {
      this.outcome = { kind: 'unsent', text: this.s.stepNotSent };
    } else if (isOpen(error)) {
      this.outcome = { kind: 'unsent', text: this.s.stepUnsent };
      this.open = again;
    } else {
      this.decideAnew();
      this.outcome = { kind: 'refused', text: this.refusal(error) };
    }
    this.leadOn();
  }

  /** The report changed while it is not known whether that was this decision: asks by sending it again, with its key. Gives whether there was any. */
  resolve(): boolean {
    const { open } = this;
    if (open && !this.sending) {
      this.quiet = true;
      void open().finally(() => { this.quiet = false; });
    }
    return open !== undefined;
  }

  /** Leads to what came of it once all that changed is drawn: what stands above it, too. */
  protected leadOn(): void {
    if (this.quiet && document.activeElement?.matches('textarea, input, select')) return; // nobody who writes is taken away from it
    setTimeout(() => void this.focusOn('.outcome'));
  }

  /** Why it was refused, in words. */
  protected refusal(error: unknown): string {
    return sentence(this.t, error);
  }

  /** The report as it is now, with its history; without a connection as the conflict told it. */
  private async asItIs(told: StaffReport | undefined): Promise<StaffReport> {
    try {
      return await this.desk.client.get('/v1/{jurisdiction}/reports/{report}', { path: { report: this.report.report } });
    } catch {
      return told?.report ? told : this.report;
    }
  }

  private tell(now: StaffReport): void {
    this.dispatchEvent(new CustomEvent<StaffReport>('changed', { detail: now }));
  }

  protected who(report: StaffReport): string {
    const { jurisdiction, areas } = this.desk.setting;
    return staffName(this.t, this.language, jurisdiction, areas, report.assignee);
  }

  /** What came of it, at the end of what is decided: it has its room from the press on, so that the answer moves nothing, however late it comes. */
  protected outcomeLine(): TemplateResult {
    const { outcome, sending } = this;
    // Another element after the answer: what stands above it may be less or more then.
    return sending && !this.quiet ? html`<div class="came asked" role="status"><p class="hint">${this.s.stepSending}</p></div>`
      : html`<div class="came" role="status">${outcome ? html`<p class="outcome notice ${outcome.kind === 'done' ? '' : outcome.kind === 'conflict' ? 'warn' : 'bad'}" tabindex="-1">${outcome.text}</p>` : nothing}</div>`;
  }

  protected wrongLine(field: string): TemplateResult {
    return html`<p class="wrong" id="${field}-wrong" role="alert">${this.wrong?.field === field ? this.wrong.text : ''}</p>`;
  }

  /** A field for words to colleagues. */
  protected reasonField(id: string, label: string, value: string, most: number, set: (value: string) => void): TemplateResult {
    return html`<div class="field"><label for=${id}>${label}</label>
      <textarea id=${id} rows="2" maxlength=${most} aria-invalid=${this.invalid(id)} aria-describedby="${id}-wrong"
        .value=${value} @input=${(event: Event) => { set((event.target as HTMLTextAreaElement).value); this.wrong = undefined; }}></textarea>${this.wrongLine(id)}</div>`;
  }

  /** The buttons that end a form: do it, or leave it. */
  protected endButtons(text: string): TemplateResult {
    return html`<div class="buttons"><button class="primary" aria-disabled=${this.sending ? 'true' : 'false'}>${text}</button>
      <button type="button" class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('cancelled'))}>${this.s.stepCancel}</button></div>`;
  }

  protected invalid(field: string): 'true' | 'false' {
    return this.wrong?.field === field ? 'true' : 'false';
  }
}
