import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Client } from '../contract/client.ts';
import { PageElement } from '../page/element.ts';
import { isOpen } from '../contract/errors.ts';
import { MOST_PHOTOS, PhotoTrouble, photoTrouble, photoTypes, sendPhoto } from './sending.ts';

interface Picked {
  file: File;
  /** Address of the file on this device. */
  preview: string;
  id: string | undefined;
  trouble: unknown;
  done: Promise<void>;
}

/** Whether a photo did not get through, and nothing is wrong with it. */
function isUnsent(trouble: unknown): boolean {
  return trouble !== undefined && !(trouble instanceof PhotoTrouble) && isOpen(trouble);
}

/** Takes photos from the device and sends them while the rest is filled in. */
@customElement('weige-photos')
export class Photos extends PageElement {
  @property({ attribute: false }) client!: Client;

  /** What does not get through can be kept on this device. */
  @property({ type: Boolean }) keeps = false;

  @state() private picked: readonly Picked[] = [];

  /** The photos with their ids, once all of them have been sent; those that could not be are left out. */
  async sent(): Promise<{ id: string; file: File }[]> {
    await Promise.all(this.picked.map((one) => one.done));
    return this.picked.flatMap(({ id, file }) => (id ? { id, file } : []));
  }

  /** Those that did not get through, for want of a connection, once that is known of all. */
  async unsent(): Promise<File[]> {
    await Promise.all(this.picked.map((one) => one.done));
    return this.picked.filter(({ trouble }) => isUnsent(trouble)).map(({ file }) => file);
  }

  clear(): void {
    for (const one of this.picked) URL.revokeObjectURL(one.preview);
    this.picked = [];
  }

  override disconnectedCallback(): void {
    this.clear();
    super.disconnectedCallback();
  }

  private take(event: Event): void {
    const input = event.target as HTMLInputElement;
    for (const file of [...(input.files ?? [])].slice(0, MOST_PHOTOS - this.picked.length)) this.begin(file);
    input.value = ''; // the same file may be chosen again
  }

  private begin(file: File): void {
    const one: Picked = { file, preview: URL.createObjectURL(file), id: undefined, trouble: undefined, done: Promise.resolve() };
    one.done = sendPhoto(file, { client: this.client }).then((id) => { one.id = id; }, (error: unknown) => { one.trouble = error; })
      .finally(() => this.requestUpdate());
    this.picked = [...this.picked, one];
  }

  private takeOut(one: Picked): void {
    URL.revokeObjectURL(one.preview);
    this.picked = this.picked.filter((other) => other !== one);
    void this.focusOn('#photo-file');
  }

  /** What became of one: other words are another element, as they may take more lines. */
  private state(one: Picked) {
    const { t } = this;
    const words = one.trouble ? (this.keeps && isUnsent(one.trouble) ? t.photo_later : photoTrouble(t, one.trouble)) : one.id ? t.photoSent : t.photoSending;
    return keyed(words, html`<span class=${one.trouble ? 'wrong' : 'hint'}>${words}</span>`);
  }

  protected override render() {
    const { t, picked } = this;
    return html`<div class="field"><label for="photo-file">${t.photosLabel}</label>
      <p class="hint" id="photo-hint">${t.photosHint(MOST_PHOTOS)}</p>
      <input id="photo-file" type="file" accept=${photoTypes.join(',')} multiple aria-describedby="photo-hint" ?disabled=${picked.length >= MOST_PHOTOS}
        @change=${(event: Event) => this.take(event)}></div>
      <ul class="photos" aria-live="polite">${picked.map((one) => html`<li>
        <img src=${one.preview} alt="" width="64" height="64">
        ${this.state(one)}
        <button type="button" class="quiet" aria-label=${t.photoRemoveNamed(one.file.name)} @click=${() => this.takeOut(one)}>${t.photoRemove}</button></li>`)}</ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-photos': Photos }
}
