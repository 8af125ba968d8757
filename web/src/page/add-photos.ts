import { html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Client } from '../contract/client.ts';
import { sentence } from '../contract/errors.ts';
import '../report/photos.ts';
import type { Photos } from '../report/photos.ts';
import { PageElement } from './element.ts';

/** Adds photos to a report that was filed before. Event: `added`. */
@customElement('weige-add-photos')
export class AddPhotos extends PageElement {
  @property({ attribute: false }) client!: Client;
  /** Gives one that was sent to the report; doing it again does no harm. */
  @property({ attribute: false }) add!: (photo: string) => Promise<unknown>;

  @state() private busy = false;
  @state() private wrong = '';
  @query('weige-photos') private photos!: Photos;

  private async send(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.wrong = '';
    try {
      const sent = await this.photos.sent();
      if (sent.length === 0) {
        this.wrong = this.t.photoNone;
        return;
      }
      for (const photo of sent) await this.add(photo);
      this.photos.clear();
      this.dispatchEvent(new CustomEvent('added'));
    } catch (error) {
      this.wrong = sentence(this.t, error);
    } finally {
      this.busy = false;
    }
  }

  protected override render() {
    const { t } = this;
    return html`<details class="add-photos"><summary>${t.photoAddLater}</summary>
      <weige-photos .client=${this.client}></weige-photos>
      <p class="wrong" role="alert">${this.wrong}</p>
      <button type="button" class="secondary" aria-disabled=${this.busy ? 'true' : 'false'} @click=${() => void this.send()}>${this.busy ? t.photoSending : t.photoAdd}</button>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-add-photos': AddPhotos }
}
