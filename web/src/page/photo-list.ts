import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { sentence } from '../contract/errors.ts';
import type { Photo } from '../contract/schemas.ts';
import { PageElement } from './element.ts';

/** Where the photos of a report come from, and who may show one to everybody. */
export interface PhotoSource {
  /** Changes with what is shown; begins with the report, before a space. */
  of: string;
  list: () => Promise<readonly Photo[]>;
  /** They, where they were fetched already. */
  first?: readonly Photo[];
  /** Level of its heading, where that is not 3. */
  level?: number;
  release?: (photo: string, released: boolean) => Promise<readonly Photo[]>;
}

/**
 * Shows the photos of a report. A print is fetched and shown from memory: its address holds for minutes only, and pages may connect to the
 * store but not embed what is there.
 */
@customElement('weige-photo-list')
export class PhotoList extends PageElement {
  @property({ attribute: false }) source!: PhotoSource;

  @state() private photos: readonly Photo[] = [];
  @state() private shown: ReadonlyMap<string, string> = new Map();
  @state() private large = '';
  @state() private wrong = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('source') as PhotoSource | undefined;
    if (!changed.has('source') || before?.of === this.source.of) return;
    if (before?.of.split(' ')[0] !== this.source.of.split(' ')[0]) this.forget(); // of the same report they stay until there are others
    const { first, list } = this.source;
    void this.load(first ? () => Promise.resolve(first) : list);
  }

  override disconnectedCallback(): void {
    this.forget();
    super.disconnectedCallback();
  }

  private forget(): void {
    for (const address of this.shown.values()) URL.revokeObjectURL(address);
    this.shown = new Map();
    this.photos = [];
    this.large = this.wrong = '';
  }

  private async load(list: () => Promise<readonly Photo[]>, looks = 5): Promise<void> {
    const { of } = this.source;
    this.wrong = '';
    try {
      const photos = await list();
      if (of !== this.source.of) return;
      this.photos = photos;
      await Promise.all(photos.map((one) => this.fetch(one, 0)));
      // One that was just sent is looked at by the server for a moment.
      if (looks > 0 && photos.some((one) => one.status === 'waiting')) setTimeout(() => { if (this.isConnected && of === this.source.of) void this.load(this.source.list, looks - 1); }, 2000);
    } catch (error) {
      if (of === this.source.of) this.wrong = sentence(this.t, error);
    }
  }

  private key(photo: Photo, size: number): string {
    return `${photo.photo}-${size}`;
  }

  /** Fetches a print, `size` counted from the smallest. */
  private async fetch(photo: Photo, size: number): Promise<void> {
    const { of } = this.source;
    const print = photo.prints[size];
    if (!print || this.shown.has(this.key(photo, size))) return;
    const response = await fetch(print.url, { credentials: 'omit', referrerPolicy: 'no-referrer' });
    if (!response.ok) return;
    const blob = await response.blob();
    if (of === this.source.of && this.isConnected) this.shown = new Map(this.shown).set(this.key(photo, size), URL.createObjectURL(blob));
  }

  private async enlarge(photo: Photo): Promise<void> {
    if (this.large === photo.photo) {
      this.large = '';
      return;
    }
    this.large = photo.photo; // as it is, until the larger print is there
    await this.fetch(photo, 1);
    if (this.shown.has(this.key(photo, 1))) return;
    await this.load(this.source.list); // the address has run out
    const again = this.photos.find((one) => one.photo === photo.photo);
    if (again) await this.fetch(again, 1);
  }

  protected override render() {
    const { t } = this;
    if (this.photos.length === 0 && !this.wrong) return nothing;
    return html`<h3 aria-level=${this.source.level ?? 3}>${t.photosTitle}</h3>
      <p class="wrong" role="alert">${this.wrong}</p>
      <ul class="photos">${this.photos.map((one, n) => this.item(one, n))}</ul>`;
  }

  private item(one: Photo, n: number) {
    const { t } = this;
    if (one.status !== 'ready') return html`<li class="hint">${one.status === 'waiting' ? t.photoWaiting : t.photo_unreadable}</li>`;
    const large = this.large === one.photo;
    const address = (large && this.shown.get(this.key(one, 1))) || this.shown.get(this.key(one, 0));
    const { release } = this.source;
    return html`<li class=${large ? 'large' : ''}>
      <button type="button" class="photo" aria-expanded=${large ? 'true' : 'false'} @click=${() => void this.enlarge(one)}>
        ${address ? html`<img src=${address} alt=${t.photoNumber(n + 1)} width=${one.width ?? nothing} height=${one.height ?? nothing}>` : html`<span class="hint">${t.photoNumber(n + 1)}</span>`}</button>
      ${release ? html`<span class="released">${one.released ? html`<span class="chip">${t.photoPublic}</span>` : nothing}</span>
        <button type="button" class="secondary" @click=${() => void this.load(() => release(one.photo, !one.released))}>${keyed(one.released, html`<span>${one.released ? t.photoHide : t.photoRelease}</span>`)}</button>`
        : one.released ? html`<span class="chip">${t.photoPublic}</span>` : nothing}</li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-photo-list': PhotoList }
}
