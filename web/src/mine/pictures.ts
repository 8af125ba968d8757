import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { CaseworkElement } from '../page/casework-element.ts';
import { PhotoRefused, takePhoto, type PhotoTrouble } from '../report/photo.ts';
import type { Picture, Pictures } from './photos.ts';

/** Takes photos of a case and shows those that wait to be sent. Events: `picture` {blob, report}, `drop` {at}. */
@customElement('weige-pictures')
export class PicturesElement extends CaseworkElement {
  /** Id of the report that they are of. */
  @property({ attribute: false }) report = '';
  @property({ attribute: false }) waiting: Pictures = [];
  /** Somebody is signed in, so that they are sent with the network. */
  @property({ attribute: false }) signed = true;
  @state() private busy = false;
  @state() private trouble: PhotoTrouble | undefined;
  private readonly addresses = new Map<number, string>();

  override disconnectedCallback(): void {
    for (const url of this.addresses.values()) URL.revokeObjectURL(url);
    this.addresses.clear();
    super.disconnectedCallback();
  }

  private async take(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = '';
    this.busy = true;
    this.trouble = undefined;
    const { report } = this; // another one may be open when they are ready
    for (const file of files) {
      try {
        const { photo: { blob } } = await takePhoto(file);
        this.dispatchEvent(new CustomEvent<Pick<Picture, 'blob' | 'report'>>('picture', { detail: { blob, report } }));
      } catch (error) {
        this.trouble = error instanceof PhotoRefused ? error.why : 'unreadable'; // the others are taken all the same
      }
    }
    this.busy = false;
  }

  private address(at: number, blob: Blob): string {
    let url = this.addresses.get(at);
    if (!url) this.addresses.set(at, (url = URL.createObjectURL(blob)));
    return url;
  }

  protected override render() {
    const { t, s } = this;
    return html`<label class="take secondary" ?data-busy=${this.busy}><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h4l1.5-2.5h5L16 7h4v12H4z" /><circle cx="12" cy="13" r="3.6" /></svg>
        <span>${s.minePhoto}</span><input type="file" accept="image/*" multiple @change=${(event: Event) => void this.take(event)}></label>
      <p class="wrong" role="alert">${this.trouble === 'heic' ? s.minePhotoHeic : this.trouble ? t.photo_unreadable : ''}</p>
      <div class="waiting" ?data-taking=${this.busy}>${this.waiting.length > 0 ? html`<p class="notice">${(this.signed ? s.minePhotosWaiting : s.minePhotosSignIn)(String(this.waiting.length))}</p>
        <ul class="pictures">${this.waiting.map(({ at, picture }, n) => html`<li><img src=${this.address(at, picture.blob)} alt=${t.photoNumber(n + 1)} width="96" height="96">
          ${picture.refused ? html`<p class="wrong">${picture.refused}</p>` : nothing}
          <button type="button" class="secondary" aria-label="${t.photoRemove} ${n + 1}" @click=${() => this.dispatchEvent(new CustomEvent('drop', { detail: at }))}>${t.photoRemove}</button></li>`)}</ul>` : nothing}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-pictures': PicturesElement }
}
