import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Client } from '../contract/client.ts';
import { sentence } from '../contract/errors.ts';
import { lateTexts } from '../locale/late.ts';
import { locale } from '../locale/locale.ts';
import type { Left } from '../page/add-photos.ts';
import { PageElement } from '../page/element.ts';
import { takePhoto } from '../report/photo.ts';
import { post } from '../report/post.ts';
import { sendWaiting, type PhotoShelf, type WaitingPhoto } from '../report/waiting-photos.ts';
import { keepLateCodes } from './late.ts';

/** A photo that waits to be given to the report of a tracking code. */
interface Late extends WaitingPhoto {
  jurisdiction: string;
  code: string;
}

interface Shelves extends DBSchema {
  late: { key: number; value: Late };
}

/** Said on the window when something of what waits has changed. */
const changed = 'weige-late';

let opening: Promise<IDBPDatabase<Shelves>> | undefined;

function open(): Promise<IDBPDatabase<Shelves>> {
  opening ??= openDB<Shelves>('weige-late', 1, { upgrade: (fresh) => { fresh.createObjectStore('late', { autoIncrement: true }); } });
  opening.catch(() => { opening = undefined; });
  return opening;
}

/** The photos of a jurisdiction that wait, oldest first. */
async function waiting(jurisdiction: string): Promise<{ at: number; picture: Late }[]> {
  const found: { at: number; picture: Late }[] = [];
  const shelf = (await open()).transaction('late');
  for (let cursor = await shelf.store.openCursor(); cursor; cursor = await cursor.continue()) if (cursor.value.jurisdiction === jurisdiction) found.push({ at: cursor.key, picture: cursor.value });
  return found;
}

async function tell(jurisdiction: string): Promise<void> {
  keepLateCodes(jurisdiction, (await waiting(jurisdiction)).map(({ picture }) => picture.code));
  window.dispatchEvent(new Event(changed));
}

/** Keeps photos for a report, made as small as those that go with a report; all of them or none. Throws where the device has no room. */
export async function keepLate(jurisdiction: string, code: string, left: readonly Left[]): Promise<void> {
  const pictures: Late[] = [];
  for (const { file, id } of left) pictures.push({ jurisdiction, code, blob: (await takePhoto(file)).photo.blob, ...(id ? { sent: { id, at: Date.now() } } : {}) });
  const all = (await open()).transaction('late', 'readwrite', { durability: 'strict' });
  await Promise.all([...pictures.map((one) => all.store.add(one)), all.done]);
  await tell(jurisdiction);
}

/** Sends what waits, in one window at a time. Gives the codes of the reports that got something. */
export async function sendLate(client: Client): Promise<string[]> {
  const given: string[] = [];
  const { jurisdiction } = client;
  const run = async (): Promise<void> => {
    const shelf: PhotoShelf<Late> = {
      replacePicture: async (at, picture) => { await (await open()).put('late', picture, at); },
      dropPicture: async (at) => { await (await open()).delete('late', at); },
    };
    const give = async ({ code }: Late, photo: string): Promise<void> => {
      await client.post('/v1/{jurisdiction}/reports/track/{code}/photos', { path: { code }, body: { photo } });
      given.push(code);
    };
    await sendWaiting(await waiting(jurisdiction), shelf, { post: post(client), give, why: (error) => sentence(locale().texts, error) });
    await tell(jurisdiction);
  };
  if ('locks' in navigator) await navigator.locks.request(`weige.late.${jurisdiction}`, run);
  else await run();
  return given;
}

/** What waits on this device for the report of a code, and what became of it. Event: `emptied` when nothing more is to be said. */
@customElement('weige-late-photos')
export class LatePhotos extends PageElement {
  @property({ attribute: false }) client!: Client;
  @property({ attribute: false }) code = '';

  @state() private pictures: readonly { at: number; picture: Late }[] = [];
  @state() private looked = false;
  private readonly look = (): void => {
    void waiting(this.client.jurisdiction).then((all) => {
      this.pictures = all.filter(({ picture }) => picture.code === this.code);
      this.looked = true;
    }, () => undefined);
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(changed, this.look);
  }

  override disconnectedCallback(): void {
    window.removeEventListener(changed, this.look);
    super.disconnectedCallback();
  }

  protected override willUpdate(before: Map<PropertyKey, unknown>): void {
    if (before.has('code')) this.look();
  }

  private async drop(): Promise<void> {
    const shelf = await open();
    for (const { at, picture } of this.pictures) if (picture.refused !== undefined) await shelf.delete('late', at);
    await tell(this.client.jurisdiction);
    if (this.pictures.every(({ picture }) => picture.refused !== undefined)) this.dispatchEvent(new CustomEvent('emptied'));
  }

  protected override render() {
    if (!this.looked) return nothing;
    const l = lateTexts();
    const refused = this.pictures.filter(({ picture }) => picture.refused !== undefined);
    const left = this.pictures.length - refused.length;
    // One place for what is said of them, as long as the longest of it, so that nothing moves when they arrive.
    return html`<p class="notice stack ${left > 0 ? 'warn' : ''}" role="status"><span ?data-hidden=${left === 0}>${l.kept(left)}</span>
        <span ?data-hidden=${left > 0 || refused.length > 0}>${left > 0 || refused.length > 0 ? '' : l.added}</span>
        <span ?data-hidden=${left > 0 || refused.length === 0}>${refused.length > 0 ? l.refused(refused.length, refused[0]?.picture.refused ?? '') : ''}</span></p>
      ${refused.length > 0 ? html`<button type="button" class="secondary" @click=${() => void this.drop()}>${l.drop}</button>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-late-photos': LatePhotos }
}
