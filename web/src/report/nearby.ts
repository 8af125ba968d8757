import { nothing } from 'lit';
import type { Service } from '../contract/schemas.ts';
import type { Language } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import type { Setting } from '../page/settings.ts';
import type { Place } from './draft.ts';
import { meTooView, similarView } from './similar-view.ts';
import { around, firstPhotos, nearest, similar, type Near } from './similar.ts';

/** Pixels below which a window has no room for a sheet beside what is written. */
const lowWindow = 480;

/** What it needs of the page that shows it. */
export interface Surroundings {
  setting: Setting;
  /** Somebody is writing, and does not want to be kept from it. */
  writing(): boolean;
  changed(): void;
  focus(selector: string): void;
}

/** Open reports near the place of a report that is being written, and what its reporter says to them. */
export class Nearby {
  private near: readonly Near[] = [];
  private photos: ReadonlyMap<string, string> = new Map();
  private service = '';
  private place: Pick<Place, 'lon' | 'lat'> | undefined;
  private meToo: Near | undefined;
  private isNew = false;
  /** It takes one line: somebody goes on writing, or the window is too low for more. */
  private folded = false;
  private readonly page: Surroundings;

  constructor(page: Surroundings) {
    this.page = page;
  }

  /** Looks around a place before the service is known: what is similar can then be shown at once. */
  async look(place: Pick<Place, 'lon' | 'lat'>): Promise<void> {
    this.place = place;
    this.meToo = undefined;
    this.isNew = false;
    try {
      const near = nearest(await this.page.setting.client.get('/v1/{jurisdiction}/reports', { query: { bbox: around(place), limit: 500, words: true } }), place);
      if (this.place !== place) return;
      this.near = near;
      if (this.page.writing()) this.folded = true;
    } catch {
      if (this.place !== place) return;
      this.near = []; // an aid, and never in the way
    }
    this.page.changed();
    await this.lookAtPhotos();
  }

  /** There is no place any more. */
  forget(): void {
    this.place = undefined;
    this.near = [];
    this.meToo = undefined;
    this.page.changed();
  }

  serviceChosen(service: string): void {
    this.service = service;
    this.isNew = false;
    this.folded = innerHeight < lowWindow;
    this.page.changed();
    void this.lookAtPhotos();
  }

  /** Makes way for whoever writes. */
  makeWay(): void {
    if (this.folded) return;
    this.folded = true;
    this.page.changed();
  }

  view(t: ResidentCatalogue, language: Language, service: Service | undefined) {
    if (this.meToo) return meTooView(t, language, this.page.setting, service, this.meToo, () => { this.meToo = undefined; this.mineIsNew(); });
    if (this.isNew) return nothing;
    return similarView({ t, language, service, list: similar(this.near, this.service), photos: this.photos, folded: this.folded, fold: (on) => this.fold(on),
      meToo: (one) => void this.meTooTaken(one), mineIsNew: () => { this.mineIsNew(); this.page.focus('#description'); } });
  }

  private mineIsNew(): void {
    this.isNew = true;
    this.page.changed();
  }

  private fold(on: boolean): void {
    this.folded = on;
    this.page.changed();
    this.page.focus(on ? '.unfold' : '#similar-title');
  }

  private async lookAtPhotos(): Promise<void> {
    const shown = similar(this.near, this.service).filter((one) => !this.photos.has(one.id));
    if (shown.length === 0) return;
    this.photos = new Map([...this.photos, ...(await firstPhotos(this.page.setting.client, shown))]); // those without one are judged without
    this.page.changed();
  }

  /** Somebody meets what another reported: with how to hear of it, which is fetched only now. */
  private async meTooTaken(one: Near): Promise<void> {
    await import('../subscribe/follow.ts').catch(() => undefined); // how it stands is worth saying without
    this.meToo = one;
    this.page.changed();
    this.page.focus('#me-too');
  }
}
