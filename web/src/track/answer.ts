import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fieldOf, hasCode, isOpen, Refusal, sentence } from '../contract/errors.ts';
import { heldFor } from '../contract/held.ts';
import { newKey } from '../contract/once.ts';
import type { Tracked } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import { whoHasIt } from '../page/assignee.ts';
import { ResidentElement } from '../page/resident-element.ts';
import type { Setting } from '../page/settings.ts';
import { length } from '../report/draft.ts';
import { marksView } from '../report/preview.ts';
import { mayConfirm, mayReopen, wasConfirmed } from './answers.ts';
import { keepUnsent, seenBefore, type Unsent } from './kept.ts';

type Step = 'notes' | 'confirmation' | 'reopening' | 'words-withdrawal';

/** Where the words of a step are kept; the others have none. */
const shelves = { notes: 'unsent', reopening: 'reopening', confirmation: undefined, 'words-withdrawal': undefined } as const;

/** Where it is said that a step was taken, once what it was taken by is gone. */
const saysSo = { reopening: '.later', confirmation: '.thanks', 'words-withdrawal': '.taken' } as const;

const least = 2;
const most = 300;

/**
 * What whoever holds the tracking code can say: whether it was settled, and a word more. Each is sent with one key until it is answered, and so done once.
 * Event: `tracked` {Tracked}.
 */
@customElement('weige-track-answer')
export class TrackAnswer extends ResidentElement {
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) code = '';
  @property({ attribute: false }) tracked!: Tracked;

  @state() private note = '';
  @state() private reason = '';
  @state() private reopening = false;
  @state() private sending: Step | undefined;
  /** What cannot be undone is asked for twice. */
  @state() private takingBack = false;
  @state() private wrong: { step: Step; text: string } | undefined;
  @state() private done = '';
  /** What everybody read while this is shown; that it was taken back is said in its place, so that nothing moves. */
  private public = '';
  private readonly keys = new Map<Step, { words: string; key: string }>();

  /** The connection came back while something was being sent, which may have been too early for it. */
  private again = false;
  private readonly back = (): void => {
    if (this.sending) this.again = true;
    else this.sendKept();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('online', this.back);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('online', this.back);
    super.disconnectedCallback();
  }

  protected override firstUpdated(): void {
    const reopening = seenBefore(this.setting.client.jurisdiction, this.code)?.reopening;
    if (reopening) {
      this.keys.set('reopening', reopening);
      this.reason = reopening.words;
      this.reopening = true;
    }
    this.sendKept();
  }

  /** Sends the words that this device kept, unless somebody is writing others. */
  private sendKept(): void {
    const unsent = seenBefore(this.setting.client.jurisdiction, this.code)?.unsent;
    if (!unsent || (this.note !== '' && this.note !== unsent.words)) return;
    this.note = unsent.words;
    this.keys.set('notes', unsent);
    if (unsent.full) return;
    void this.send('notes', unsent.words);
  }

  private async send(step: Step, words: string, event?: Event): Promise<void> {
    event?.preventDefault();
    if (this.sending) return;
    const { t, code, setting: { client } } = this;
    const characters = length(words);
    this.wrong = undefined;
    this.done = '';
    if ((step === 'notes' || step === 'reopening') && (characters < least || characters > most)) {
      this.wrong = { step, text: characters < least ? t.answerShort : t.answerLong };
      void this.focusOn(`#answer-${step}`);
      return;
    }
    // The same words again are the same thing; other words are another.
    const before = this.keys.get(step);
    const key = before?.words === words ? before.key : newKey();
    this.keys.set(step, { words, key });
    this.sending = step;
    const shelf = shelves[step];
    const keep = (unsent?: Unsent) => shelf !== undefined && keepUnsent(client.jurisdiction, code, shelf, unsent);
    const keeps = keep({ words, key });
    try {
      const text = words.trim();
      const path = { code };
      const tracked = step === 'reopening' ? await client.post('/v1/{jurisdiction}/reports/track/{code}/reopening', { path, key, body: { reason: text } })
        : step === 'notes' ? await client.post('/v1/{jurisdiction}/reports/track/{code}/notes', { path, key, body: { note: text } })
          : await client.post(step === 'confirmation' ? '/v1/{jurisdiction}/reports/track/{code}/confirmation' : '/v1/{jurisdiction}/reports/track/{code}/words-withdrawal', { path, key, body: {} });
      this.keys.delete(step);
      keep();
      if (step === 'notes') this.note = '';
      if (step === 'reopening') this.reason = '';
      if (step === 'reopening' || step === 'confirmation') this.reopening = false;
      this.done = step === 'notes' ? t.noteDone : '';
      this.dispatchEvent(new CustomEvent<Tracked>('tracked', { detail: tracked }));
      void this.leadOn(step);
    } catch (error) {
      const open = isOpen(error) || fieldOf(error) === 'Idempotency-Key';
      const full = hasCode(error, 'conflict') && fieldOf(error) !== undefined;
      if (!open) keep(full ? { words, key, full } : undefined);
      // Without an answer it is not known whether it was done.
      const said = full ? t.noteFull : !open || heldFor(error) ? `${sentence(t, error)} ${step === 'words-withdrawal' ? t.wordsStill : ''}`.trim()
        : shelf === undefined ? t.answerAgain : step === 'reopening' || !keeps ? t.answerUnsent : error instanceof Refusal ? t.noteUnanswered : t.noteUnsent;
      this.wrong = { step, text: said };
    } finally {
      this.sending = undefined;
      if (this.again) {
        this.again = false;
        this.sendKept();
      }
    }
  }

  /** What was pressed is gone with the answer: what says so, in its place, has the keyboard then, and is seen. */
  private async leadOn(step: Step): Promise<void> {
    await new Promise((drawn) => { setTimeout(drawn); }); // until the page has taken the answer
    const at = document.activeElement;
    if (step !== 'notes' && (!at || at === document.body)) await this.focusOn(saysSo[step]);
  }

  protected override render() {
    const t = this.t;
    return html`${this.verdict()}${this.publicPart()}
      <form class="card" novalidate aria-labelledby="note-title" @submit=${(event: Event) => void this.send('notes', this.note, event)}>
        <h2 id="note-title">${t.noteTitle}</h2>
        ${this.words('notes', t.noteTitle, this.note, (words) => { this.note = words; }, true)}
        <div class="buttons"><button class="secondary" aria-disabled=${this.sending ? 'true' : 'false'}>${this.sending === 'notes' ? t.sending : t.noteSend}</button></div>
        <div class="stack note-said"><p class="hint" role="status">${this.done}</p><p class="wrong" id="answer-notes-wrong" role="alert">${this.wrong?.step === 'notes' ? this.wrong.text : ''}</p></div>
      </form>`;
  }

  /**
   * Whether it was settled: asked once it is said to be, and until it can be opened again no more. Its place is there before, and as large after,
   * so that nothing moves.
   */
  private verdict() {
    const { t, tracked } = this;
    const [good, bad] = [mayConfirm(tracked), mayReopen(tracked)];
    const open = tracked.status !== 'rejected' && tracked.status !== 'duplicate';
    if (!good && !bad && !open) return nothing;
    return html`<section class="card verdict" data-room="verdict" aria-labelledby="verdict-title">
      <h2 id="verdict-title">${t.answerTitle}</h2>
      ${!good && !bad ? html`<p class="hint later" tabindex="-1"><span>${tracked.status === 'reopened' ? html`<strong>${t.reopenDone(whoHasIt(t, tracked.assignee))}</strong><br>` : nothing}${t.answerLater}</span></p>` : nothing}
      <div class="buttons">
        ${bad && !this.reopening ? html`<button type="button" class="secondary" @click=${() => void this.askReopening()}>${t.answerBad}</button>` : nothing}
        ${good && !wasConfirmed(tracked) ? html`<button type="button" class="primary" @click=${() => void this.send('confirmation', '')}>${this.sending === 'confirmation' ? t.sending : t.answerGood}</button>` : nothing}
      </div>
      ${this.reopening && bad ? html`<form novalidate @submit=${(event: Event) => void this.send('reopening', this.reason, event)}>
        ${this.words('reopening', t.reopenReason, this.reason, (words) => { this.reason = words; }, false)}
        <div class="buttons"><button class="primary" aria-disabled=${this.sending ? 'true' : 'false'}>${this.sending === 'reopening' ? t.sending : t.reopenSend}</button></div></form>` : nothing}
      ${this.verdictSaid(good, bad)}
    </section>`;
  }

  /** The field comes with what sends it. */
  private async askReopening(): Promise<void> {
    this.reopening = true;
    await this.focusOn('#answer-reopening');
    this.querySelector('.verdict form')?.scrollIntoView({ block: 'center' });
  }

  /** Until when it can be opened again, and in its place what went wrong; and that it was settled. */
  private verdictSaid(good: boolean, bad: boolean) {
    const { t, tracked, wrong } = this;
    const until = bad && tracked.reopen_until ? t.answerUntil(moment(t, this.setting.jurisdiction.time_zone, tracked.reopen_until)) : '';
    const said = wrong?.step === 'confirmation' || wrong?.step === 'reopening';
    return html`<div class="stack verdict-said"><p class="hint" ?data-hidden=${said}>${until}</p>
        <p class="wrong" id="answer-reopening-wrong" role="alert">${said ? wrong.text : ''}</p></div>
      ${(good || bad) && wasConfirmed(tracked) ? html`<p class="thanks" tabindex="-1">${t.answerThanks}</p>` : nothing}`;
  }

  /** What everybody reads of the words, and how to take it back. */
  private publicPart() {
    const { t, tracked } = this;
    this.public = tracked.public_words ?? this.public;
    if (!this.public) return nothing;
    const taken = !tracked.public_words;
    const failed = this.wrong?.step === 'words-withdrawal' ? this.wrong.text : '';
    return html`<section class="card public-words" aria-labelledby="public-title">
      <h2 id="public-title">${t.publicWords}</h2>
      <p class="said">${taken ? html`<s>${this.public}</s>` : this.public}</p>
      <div class="stack take-back-said"><p class="hint" id="take-back-ask" ?data-hidden=${failed}>${t.wordsTakeBackAsk}</p><p class="wrong" role="alert">${failed}</p></div>
      <div class="buttons">${taken ? html`<p class="hint taken" tabindex="-1" role="status">${t.wordsTaken}</p>`
        : this.takingBack ? html`<button type="button" class="quiet leave-words" @click=${() => this.askTakingBack(false)}>${t.wordsLeave}</button>
          <button type="button" class="secondary take-back" aria-describedby="take-back-ask" aria-disabled=${this.sending ? 'true' : 'false'} @click=${() => void this.send('words-withdrawal', '')}>${this.sending === 'words-withdrawal' ? t.sending : t.wordsTakeBackYes}</button>`
        : html`<button type="button" class="secondary" id="words-take-back" @click=${() => this.askTakingBack(true)}>${t.wordsTakeBack}</button>`}</div>
    </section>`;
  }

  /** Where it was asked for lies what leaves it, so that a second tap does no harm. */
  private askTakingBack(asking: boolean): void {
    this.takingBack = asking;
    void this.focusOn(asking ? '.leave-words' : '#words-take-back');
  }

  /** What somebody writes stays as it is while it is sent. What is wrong with it is said elsewhere. */
  private words(step: Step, label: string, value: string, change: (words: string) => void, hidden: boolean) {
    const { t } = this;
    return html`<div class="field"><label class=${hidden ? 'sr' : ''} for="answer-${step}">${label}</label>
      <p class="hint" id="answer-${step}-hint">${t.noteHint}</p>
      <textarea id="answer-${step}" rows="3" ?readonly=${this.sending === step} aria-invalid=${this.wrong?.step === step ? 'true' : 'false'} aria-describedby="answer-${step}-hint answer-${step}-wrong"
        .value=${value} @input=${(event: Event) => change((event.target as HTMLTextAreaElement).value)}></textarea>
      ${marksView(t, value, change)}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-track-answer': TrackAnswer }
}
