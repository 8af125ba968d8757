import { html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Client } from '../contract/client.ts';
import { isOpen, sentence } from '../contract/errors.ts';
import '../report/photos.ts';
import type { Photos } from '../report/photos.ts';
import { PageElement } from './element.ts';

/** A photo that did not get through, with its id where it was sent already. */
export interface Left {
  file: File;
  id?: string;
}

/** Adds photos to a report that was filed before. Events: `added`, and `opened` when somebody is about to choose some. */
@customElement('weige-add-photos')
export class AddPhotos extends PageElement {
  @property({ attribute: false }) client!: Client;
  /** Gives one that was sent to the report; doing it again does no harm. */
  @property({ attribute: false }) add!: (photo: string) => Promise<unknown>;

  /** Keeps on this device what did not get through; undefined where nothing is kept. */
  @property({ attribute: false }) keep: ((left: readonly Left[]) => Promise<void>) | undefined;

  @state() private busy = false;
  @state() private wrong = '';
  @query('weige-photos') private photos!: Photos;

  private async send(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.wrong = '';
    try {
      const sent = await this.photos.sent();
      const left: Left[] = this.keep ? (await this.photos.unsent()).map((file) => ({ file })) : [];
      if (sent.length + left.length === 0) {
        this.wrong = this.t.photoNone;
        return;
      }
      let given = 0;
      for (const { id, file } of sent) {
        try {
          await this.add(id);
          given++;
        } catch (error) {
          if (!this.keep || !isOpen(error)) throw error;
          left.push({ file, id });
        }
      }
      if (left.length > 0) await this.keep?.(left);
      this.photos.clear();
      if (given > 0) this.dispatchEvent(new CustomEvent('added'));
    } catch (error) {
      this.wrong = sentence(this.t, error);
    } finally {
      this.busy = false;
    }
  }

  protected override render() {
    const { t } = this;
    return html`<details class="add-photos" @toggle=${() => this.dispatchEvent(new CustomEvent('opened'))}><summary>${t.photoAddLater}</summary>
      <weige-photos data-room="chosen" .client=${this.client} .keeps=${this.keep !== undefined}></weige-photos>
      <p class="wrong" role="alert">${this.wrong}</p>
      <button type="button" class="secondary" aria-disabled=${this.busy ? 'true' : 'false'} @click=${() => void this.send()}>${this.busy ? t.photoSending : t.photoAdd}</button>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-add-photos': AddPhotos }
}
