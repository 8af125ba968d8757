import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Client } from '../contract/client.ts';
import { sentence } from '../contract/errors.ts';
import type { Contact } from '../contract/schemas.ts';
import { CaseworkElement } from '../page/casework-element.ts';

/** Reads the reporter's contact details, after a reason was given; they are forgotten as soon as another report is opened. */
@customElement('weige-contact')
export class ContactReader extends CaseworkElement {
  @property({ attribute: false }) client!: Client;
  @property({ attribute: false }) report = '';

  @state() private read: Contact | undefined;
  @state() private wrong = '';

  protected override willUpdate(changed: PropertyValues<ContactReader>): void {
    if (!changed.has('report')) return;
    this.read = undefined;
    this.wrong = '';
  }

  private async ask(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const reason = String(new FormData(form).get('reason') ?? '').trim();
    this.wrong = [...reason].length < 4 ? this.s.contactNeedReason : '';
    if (this.wrong) {
      void this.focusOn('#contact-reason');
      return;
    }
    const { report } = this;
    try {
      const read = await this.client.post('/v1/{jurisdiction}/reports/{report}/contact-readings', { path: { report }, body: { reason } });
      if (report !== this.report) return;
      this.read = read;
    } catch (error) {
      if (report === this.report) this.wrong = sentence(this.t, error);
    }
  }

  protected override render() {
    const { t, s } = this;
    if (this.read) {
      const { name, phone, email } = this.read;
      return html`<div role="status"><dl class="facts contact-read">
        ${name ? html`<dt>${t.contactName}</dt><dd>${name}</dd>` : nothing}
        ${phone ? html`<dt>${t.contactPhone}</dt><dd><a href="tel:${phone.replace(/[^\d+]/g, '')}">${phone}</a></dd>` : nothing}
        ${email ? html`<dt>${t.contactEmail}</dt><dd><a href="mailto:${email}">${email}</a></dd>` : nothing}</dl></div>`;
    }
    return html`<form class="contact-ask" novalidate @submit=${(event: SubmitEvent) => void this.ask(event)}>
      <p class="hint">${s.contactHas}</p>
      <div class="field"><label for="contact-reason">${s.contactReason}</label>
        <input id="contact-reason" name="reason" maxlength="300" autocomplete="off" aria-invalid=${this.wrong ? 'true' : 'false'} aria-describedby="contact-wrong">
        <p class="wrong" id="contact-wrong" role="alert">${this.wrong}</p></div>
      <button class="secondary">${s.contactRead}</button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-contact': ContactReader }
}
