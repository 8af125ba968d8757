import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Client } from '../contract/client.ts';
import { PageElement } from '../page/element.ts';
import { MOST_PHOTOS, photoTrouble, photoTypes, sendPhoto } from './sending.ts';

interface Picked {
  name: string;
  /** Address of the file on this device. */
  preview: string;
  id: string | undefined;
  trouble: unknown;
  done: Promise<void>;
}

/** Takes photos from the device and sends them while the rest is filled in. Nothing of them is kept on the device. */
@customElement('weige-photos')
export class Photos extends PageElement {
  @property({ attribute: false }) client!: Client;

  @state() private picked: readonly Picked[] = [];

  /** The ids of the photos, once all of them have been sent; those that could not be are left out. */
  async sent(): Promise<string[]> {
    await Promise.all(this.picked.map((one) => one.done));
    return this.picked.flatMap((one) => one.id ?? []);
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
    const one: Picked = { name: file.name, preview: URL.createObjectURL(file), id: undefined, trouble: undefined, done: Promise.resolve() };
    one.done = sendPhoto(file, { client: this.client }).then((id) => { one.id = id; }, (error: unknown) => { one.trouble = error; })
      .finally(() => this.requestUpdate());
    this.picked = [...this.picked, one];
  }

  private takeOut(one: Picked): void {
    URL.revokeObjectURL(one.preview);
    this.picked = this.picked.filter((other) => other !== one);
    void this.focusOn('#photo-file');
  }

  protected override render() {
    const { t, picked } = this;
    return html`<div class="field"><label for="photo-file">${t.photosLabel}</label>
      <p class="hint" id="photo-hint">${t.photosHint(MOST_PHOTOS)}</p>
      <input id="photo-file" type="file" accept=${photoTypes.join(',')} multiple aria-describedby="photo-hint" ?disabled=${picked.length >= MOST_PHOTOS}
        @change=${(event: Event) => this.take(event)}></div>
      <ul class="photos" aria-live="polite">${picked.map((one) => html`<li>
        <img src=${one.preview} alt="" width="64" height="64">
        <span class=${one.trouble ? 'wrong' : 'hint'}>${one.trouble ? photoTrouble(t, one.trouble) : one.id ? t.photoSent : t.photoSending}</span>
        <button type="button" class="quiet" aria-label=${t.photoRemoveNamed(one.name)} @click=${() => this.takeOut(one)}>${t.photoRemove}</button></li>`)}</ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-photos': Photos }
}
