import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fieldOf, hasCode, isOpen, Refusal, sentence } from '../contract/errors.ts';
import { heldFor } from '../contract/held.ts';
import { newKey } from '../contract/once.ts';
import type { Tracked } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import { ResidentElement } from '../page/resident-element.ts';
import type { Setting } from '../page/settings.ts';
import { length } from '../report/draft.ts';
import { marksView } from '../report/preview.ts';
import { mayConfirm, mayReopen, wasConfirmed } from './answers.ts';
import { keepUnsent, seenBefore, type Unsent } from './kept.ts';

type Step = 'notes' | 'confirmation' | 'reopening' | 'words-withdrawal';

/** Where the words of a step are kept; the others have none. */
const shelves = { notes: 'unsent', reopening: 'reopening', confirmation: undefined, 'words-withdrawal': undefined } as const;

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
    if (step === 'reopening') this.reopening = false; // it comes back with the words where that fails
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
      this.done = step === 'notes' ? t.noteDone : '';
      this.dispatchEvent(new CustomEvent<Tracked>('tracked', { detail: tracked }));
    } catch (error) {
      this.reopening = step === 'reopening';
      const open = isOpen(error) || fieldOf(error) === 'Idempotency-Key';
      const full = hasCode(error, 'conflict') && fieldOf(error) !== undefined;
      if (!open) keep(full ? { words, key, full } : undefined);
      const said = full ? t.noteFull : !open || heldFor(error) ? sentence(t, error) : step === 'words-withdrawal' ? '' : step === 'confirmation' ? t.answerAgain
        : step === 'reopening' || !keeps ? t.answerUnsent : error instanceof Refusal ? t.noteUnanswered : t.noteUnsent;
      this.wrong = { step, text: step === 'words-withdrawal' ? `${said} ${t.wordsStill}`.trim() : said };
    } finally {
      this.sending = undefined;
      if (this.again) {
        this.again = false;
        this.sendKept();
      }
    }
  }

  protected override render() {
    const t = this.t;
    return html`${this.verdict()}${this.publicPart()}
      <form class="card" novalidate aria-labelledby="note-title" @submit=${(event: Event) => void this.send('notes', this.note, event)}>
        <h2 id="note-title">${t.noteTitle}</h2>
        ${this.words('notes', t.noteTitle, this.note, (words) => { this.note = words; }, true)}
        <div class="buttons"><button class="secondary" aria-disabled=${this.sending ? 'true' : 'false'}>${this.sending === 'notes' ? t.sending : t.noteSend}</button></div>
        <div class="stack note-said"><p class="hint" role="status">${this.done}</p>${this.wrongOf('notes')}</div>
      </form>`;
  }

  /** Whether it was settled: asked once it is said to be, and until it can be opened again no more. Its place is there before, so that nothing moves. */
  private verdict() {
    const { t, tracked } = this;
    const [good, bad] = [mayConfirm(tracked), mayReopen(tracked)];
    const open = tracked.status !== 'rejected' && tracked.status !== 'duplicate';
    if (!good && !bad && !open) return nothing;
    const until = tracked.reopen_until ? html`<p class="hint">${t.answerUntil(moment(t, this.setting.jurisdiction.time_zone, tracked.reopen_until))}</p>` : nothing;
    return html`<section class="card verdict" aria-labelledby="verdict-title">
      <h2 id="verdict-title">${t.answerTitle}</h2>
      ${!good && !bad ? html`<p class="hint later">${t.answerLater}</p>` : nothing}
      <div class="buttons">
        ${this.sending === 'reopening' ? html`<p class="hint" role="status">${t.sending}</p>` : nothing}
        ${bad && !this.reopening && this.sending !== 'reopening' ? html`<button type="button" class="secondary" @click=${() => { this.reopening = true; void this.focusOn('#answer-reopening'); }}>${t.answerBad}</button>` : nothing}
        ${good && !wasConfirmed(tracked) ? html`<button type="button" class="primary" @click=${() => void this.send('confirmation', '')}>${this.sending === 'confirmation' ? t.sending : t.answerGood}</button>` : nothing}
      </div>
      <p class="wrong" role="alert">${this.wrong?.step === 'confirmation' ? this.wrong.text : ''}</p>
      ${this.reopening && bad ? html`<form novalidate @submit=${(event: Event) => void this.send('reopening', this.reason, event)}>
        ${this.words('reopening', t.reopenReason, this.reason, (words) => { this.reason = words; }, false)}
        <div class="buttons"><button class="primary" aria-disabled=${this.sending ? 'true' : 'false'}>${this.sending === 'reopening' ? t.sending : t.reopenSend}</button></div></form>` : nothing}
      ${bad ? until : nothing}
      ${wasConfirmed(tracked) && (good || bad) ? html`<p>${t.answerThanks}</p>` : nothing}
    </section>`;
  }

  /** What everybody reads of the words, and how to take it back. */
  private publicPart() {
    const { t, tracked } = this;
    this.public = tracked.public_words ?? this.public;
    if (!this.public) return nothing;
    const taken = !tracked.public_words;
    return html`<section class="card public-words" aria-labelledby="public-title">
      <h2 id="public-title">${t.publicWords}</h2>
      <p class="said">${taken ? html`<s>${this.public}</s>` : this.public}</p>
      <p class="hint" id="take-back-ask">${t.wordsTakeBackAsk}</p>
      <div class="buttons">${taken ? html`<p class="hint taken" role="status">${t.wordsTaken}</p>`
        : this.takingBack ? html`<button type="button" class="quiet leave-words" @click=${() => this.askTakingBack(false)}>${t.wordsLeave}</button>
          <button type="button" class="secondary take-back" aria-describedby="take-back-ask" aria-disabled=${this.sending ? 'true' : 'false'} @click=${() => void this.send('words-withdrawal', '')}>${this.sending === 'words-withdrawal' ? t.sending : t.wordsTakeBackYes}</button>`
        : html`<button type="button" class="secondary" id="words-take-back" @click=${() => this.askTakingBack(true)}>${t.wordsTakeBack}</button>`}</div>
      <p class="wrong" role="alert">${this.wrong?.step === 'words-withdrawal' ? this.wrong.text : ''}</p>
    </section>`;
  }

  /** Where it was asked for lies what leaves it, so that a second tap does no harm. */
  private askTakingBack(asking: boolean): void {
    this.takingBack = asking;
    void this.focusOn(asking ? '.leave-words' : '#words-take-back');
  }

  private words(step: Step, label: string, value: string, change: (words: string) => void, hidden: boolean) {
    const { t } = this;
    const wrong = this.wrong?.step === step ? this.wrong.text : '';
    return html`<div class="field"><label class=${hidden ? 'sr' : ''} for="answer-${step}">${label}</label>
      <p class="hint" id="answer-${step}-hint">${t.noteHint}</p>
      <textarea id="answer-${step}" rows="3" aria-invalid=${wrong ? 'true' : 'false'} aria-describedby="answer-${step}-hint answer-${step}-wrong"
        .value=${value} @input=${(event: Event) => change((event.target as HTMLTextAreaElement).value)}></textarea>
      ${marksView(t, value, change)}${hidden ? nothing : this.wrongOf(step)}</div>`;
  }

  private wrongOf(step: Step) {
    return html`<p class="wrong" id="answer-${step}-wrong" role="alert">${this.wrong?.step === step ? this.wrong.text : ''}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-track-answer': TrackAnswer }
}
