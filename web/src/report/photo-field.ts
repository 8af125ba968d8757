import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Position } from '../contract/areas.ts';
import { ResidentElement } from '../page/resident-element.ts';
import './photo-field.css';
import { MOST_PHOTOS, PhotoRefused, takePhoto, type KeptPhoto, type PhotoTrouble } from './photo.ts';

/** Takes photos and shows them. Events: `photos` {KeptPhoto[]}, `taken-at` {Position} when somebody wants the place of a photo. */
@customElement('weige-photo-field')
export class PhotoField extends ResidentElement {
  @property({ attribute: false }) photos: readonly KeptPhoto[] = [];
  @state() private busy = false;
  /** Why photos could not be read, with their names. */
  @state() private trouble: ReadonlyMap<PhotoTrouble, readonly string[]> = new Map();
  /** So many were chosen and find no place. */
  @state() private beyond = 0;
  /** Where a photo was taken, while that is offered. */
  @state() private offered: Position | undefined;
  private readonly addresses = new Map<Blob, string>();

  override disconnectedCallback(): void {
    for (const url of this.addresses.values()) URL.revokeObjectURL(url);
    this.addresses.clear();
    super.disconnectedCallback();
  }

  /** Settled once what was chosen is among the photos. */
  taken: Promise<void> | undefined;

  /** One choice after the other: the second may come while the first is read. */
  private take(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = '';
    this.taken = (this.taken ?? Promise.resolve()).then(() => this.takeAll(files));
  }

  private async takeAll(files: readonly File[]): Promise<void> {
    this.busy = true;
    this.trouble = new Map();
    this.beyond = 0;
    for (const [n, file] of files.entries()) {
      if (this.photos.length === MOST_PHOTOS) {
        this.beyond = files.length - n;
        break;
      }
      await this.takeOne(file);
    }
    this.busy = false;
  }

  /** One that cannot be read keeps none of the others out. */
  private async takeOne(file: File): Promise<void> {
    try {
      const { photo, at } = await takePhoto(file);
      this.tell([...this.photos, photo]);
      if (at) this.offered = at;
      await this.updateComplete;
      // The field went on to the next free place, and the keyboard goes with it.
      if (document.activeElement === document.body) await this.focusOn('#photo-file');
    } catch (error) {
      const why = error instanceof PhotoRefused ? error.why : 'unreadable';
      this.trouble = new Map([...this.trouble, [why, [...(this.trouble.get(why) ?? []), file.name]]]);
    }
  }

  private said(): string {
    const { t } = this;
    const unread = [...this.trouble].map(([why, names]) => t.photoNot(names.join(t.lang === 'en' ? ', ' : '、'), why === 'heic' ? t.photoHeic : t.photo_unreadable));
    return [...unread, ...(this.beyond > 0 ? [t.photosBeyond(String(this.beyond))] : [])].join(' ');
  }

  private tell(photos: readonly KeptPhoto[]): void {
    this.photos = photos;
    this.dispatchEvent(new CustomEvent('photos', { detail: photos }));
  }

  private usePlace(): void {
    this.dispatchEvent(new CustomEvent('taken-at', { detail: this.offered }));
    this.placeAnswered();
  }

  /** What was pressed goes, and leaves the keyboard with the photos. */
  private placeAnswered(): void {
    this.offered = undefined;
    void this.focusOn('#photo-label');
  }

  private takeOut(photo: KeptPhoto): void {
    this.tell(this.photos.filter((other) => other !== photo));
    void this.focusOn('#photo-file');
  }

  private address(blob: Blob): string {
    let url = this.addresses.get(blob);
    if (!url) this.addresses.set(blob, (url = URL.createObjectURL(blob)));
    return url;
  }

  /** One of the places for photos, which all are there from the beginning, so that nothing moves when one fills. */
  private place(n: number) {
    const t = this.t;
    const photo = this.photos[n];
    if (photo) {
      return html`<li><img src=${this.address(photo.blob)} alt=${t.photoNumber(n + 1)}>
        <button type="button" class="icon" aria-label=${t.photoRemoveNumber(String(n + 1))} title=${t.photoRemove} @click=${() => this.takeOut(photo)}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg></button></li>`;
    }
    if (n > this.photos.length) return html`<li class="free" aria-hidden="true"></li>`;
    return html`<li><label class="add-photo" ?data-busy=${this.busy}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h4l1.5-2.5h5L16 7h4v12H4z" /><circle cx="12" cy="13" r="3.6" /></svg>
      ${this.busy ? html`<span>${t.photoBusy}</span>` : html`<span>${t.photoTake}</span>`}
      <input id="photo-file" type="file" accept="image/*" multiple aria-describedby="photo-hint photo-wrong" @change=${(event: Event) => this.take(event)}></label></li>`;
  }

  protected override render() {
    const t = this.t;
    const said = this.said();
    return html`<div class="field"><span class="label" id="photo-label" tabindex="-1">${t.photos}</span>
      <div class="photo-hints stack" ?data-wrong=${said !== ''}><p class="hint" id="photo-hint">${t.photosKeptHint}</p>
        <p class="wrong" id="photo-wrong" role="alert">${said}</p></div>
      <ul class="kept-photos">${Array.from({ length: MOST_PHOTOS }, (_, n) => this.place(n))}</ul>
      ${this.offered ? html`<div class="sheet notice photo-place" role="group" aria-label=${t.photoPlace}><p>${t.photoPlace}</p><div class="buttons">
        <button type="button" class="secondary" @click=${() => this.usePlace()}>${t.photoPlaceUse}</button>
        <button type="button" class="quiet" @click=${() => this.placeAnswered()}>${t.photoPlaceNot}</button></div></div>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-photo-field': PhotoField }
}
