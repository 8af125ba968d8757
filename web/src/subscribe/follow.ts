import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import './follow.css';
import { fieldOf, hasCode, Refusal, sentence } from '../contract/errors.ts';
import { followTexts } from '../locale/follow.ts';
import { PageElement } from '../page/element.ts';
import { pageAddress, type Setting } from '../page/settings.ts';
import { canPush, Denied, pushAddress } from './push.ts';
import type { PushInput } from './schemas.ts';

/** What is to be followed: a report by its tracking code or, if it is public, by its id; or an area. */
export type Followed = { code: string } | { report: string } | { area: string };

type Outcome = 'none' | 'sending' | 'pending' | 'no-email' | 'no-area' | 'denied' | 'push-failed' | { token: string } | { error: unknown };

/** Asks where somebody wants to be told, by mail or in this browser, and how often. */
@customElement('weige-follow')
export class FollowForm extends PageElement {
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) what: Followed | undefined;
  /** Somebody asked for it already: where this browser can be pushed to, nothing more is asked of them. */
  @property({ type: Boolean }) tapped = false;
  @state() private outcome: Outcome = 'none';
  @state() private daily = false;

  protected override firstUpdated(): void {
    if (this.tapped && canPush() && Notification.permission !== 'denied') void this.byPush(true);
  }

  private async byMail(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget as HTMLFormElement).get('email') ?? '').trim();
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
      this.outcome = 'no-email';
      return this.focusOn('#follow-email');
    }
    await this.send({ email });
  }

  /** `unasked`: it was not chosen among the ways, of which the other stays where this one is none. */
  private async byPush(unasked = false): Promise<void> {
    if (!this.what) {
      this.outcome = 'no-area';
      return;
    }
    if (!unasked) this.outcome = 'sending';
    let push: PushInput;
    try {
      push = await pushAddress(this.setting.client);
    } catch (error) {
      if (!unasked) this.outcome = error instanceof Denied ? 'denied' : error instanceof Refusal ? { error } : 'push-failed';
      return;
    }
    // Meanwhile, as long as the browser asks, they may have chosen the other way.
    if (!unasked || this.outcome === 'none') await this.send({ push });
  }

  private async send(where: { email: string } | { push: PushInput }): Promise<void> {
    if (!this.what) {
      this.outcome = 'no-area';
      return;
    }
    this.outcome = 'sending';
    try {
      const body = { ...this.what, ...where, locale: this.language, daily: this.daily };
      const receipt = await this.setting.client.post('/v1/{jurisdiction}/subscriptions', { body });
      this.outcome = receipt.token ? { token: receipt.token } : 'pending';
    } catch (error) {
      this.outcome = fieldOf(error) === 'email' && this.language !== 'en' ? 'no-email' : { error };
    }
  }

  protected override render() {
    const f = followTexts();
    const { outcome } = this;
    const busy = outcome === 'sending';
    const wrong = outcome === 'no-email' ? f.needEmail : outcome === 'no-area' ? f.needArea : outcome === 'denied' ? f.pushDenied : outcome === 'push-failed' ? f.pushFailed
      : typeof outcome === 'object' && 'error' in outcome ? (hasCode(outcome.error, 'too_many') ? f.tooMany : sentence(this.t, outcome.error)) : '';
    return html`<form class="follow" novalidate @submit=${(event: SubmitEvent) => void this.byMail(event)}>
      <fieldset class="pace"><legend>${f.pace}</legend>
        ${([[false, f.atOnce], [true, f.daily]] as const).map(([daily, text]) => html`<label class="choice">
          <input type="radio" name="pace" .checked=${this.daily === daily} @change=${() => (this.daily = daily)}> ${text}</label>`)}
      </fieldset>
      <div class="field"><label for="follow-email">${f.email}</label>
        <p class="hint" id="follow-hint">${f.emailNote}</p>
        <input id="follow-email" name="email" type="email" autocomplete="email" maxlength="254" aria-invalid=${outcome === 'no-email' ? 'true' : 'false'}
          aria-describedby="follow-hint follow-wrong" @input=${() => { if (this.outcome === 'no-email') this.outcome = 'none'; }}>
        <p class="wrong" id="follow-wrong" role="alert">${wrong}</p></div>
      <div class="buttons"><button class="primary" ?disabled=${busy}>${f.byMail}</button>
        ${canPush() ? html`<button type="button" class="secondary" ?disabled=${busy} @click=${() => void this.byPush()}>${f.byPush}</button>` : nothing}</div>
      <div role="status">${outcome === 'pending' ? html`<p class="notice">${f.pending}</p>`
        : typeof outcome === 'object' && 'token' in outcome
          ? html`<p class="notice">${f.active} <a href=${pageAddress('/subscribe/', location.search, `manage=${outcome.token}`)}>${f.manageTitle}</a></p>` : nothing}</div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-follow': FollowForm }
}
