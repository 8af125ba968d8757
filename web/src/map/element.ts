import { html, nothing as none, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Position } from '../contract/areas.ts';
import { PageElement } from '../page/element.ts';
import type { Setting } from '../page/settings.ts';
import { byTouch } from '../page/touch.ts';
import { syntheticBadge } from '../page/shell.ts';
import type { DrawingWay } from './drawing.ts';
import { noShapes, nothing, type PointCollection, type ShapeCollection } from './features.ts';
import type { OwnerOptions } from './options.ts';
import type { MapOwner } from './owner.ts';
import { levelScales, type Bounds } from './scale.ts';
import { SOURCES } from './sources.ts';

/** Where the drawing of the map stands. */
type Stage = 'opening' | 'drawn' | 'unavailable' | 'broken';

/**
 * The map in a page. It fetches the map program only when there is WebGL 2 to draw with, says so where there is none, and leaves the
 * rest of the page alone. Events: `chosen` {at, accuracy}, `picked` {report}, `moved` {bounds, zoom},
 * `areaPicked` {code}, `unavailable`.
 */
@customElement('weige-map')
export class MapElement extends PageElement {
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) label = '';
  @property({ attribute: false }) pin: Position | undefined;
  @property({ attribute: false }) chosenArea = '';
  /** Codes of areas that are outlined beside it. */
  @property({ attribute: false }) besideAreas: readonly string[] = [];
  @property({ attribute: false }) reports: PointCollection = nothing;
  @property({ attribute: false }) counts: PointCollection = nothing;
  /** Address pattern of the tiles of all open reports; it has to be there from the beginning, or there never are any. */
  @property({ attribute: false }) queueTiles = '';
  /** Changes whenever those tiles may have. */
  @property({ attribute: false }) queueState: unknown;
  @property({ attribute: false }) token: (() => string | undefined) | undefined;
  /** What was framed or drawn to pick reports. */
  @property({ attribute: false }) picked: ShapeCollection = noShapes;
  @property({ attribute: false }) moves: ShapeCollection = noShapes;
  /** Codes of the areas picked. */
  @property({ attribute: false }) pickedAreas: readonly string[] = [];
  /** A click picks an area. */
  @property({ type: Boolean }) areaPicking = false;
  /** Places can be pointed at. */
  @property({ type: Boolean }) choosing = false;
  /** Reports can be picked. */
  @property({ type: Boolean }) picking = false;
  /** Where the map begins, close up; without it, the whole jurisdiction is shown. */
  @property({ attribute: false }) focusAt: Position | undefined;
  /** What to say where the map cannot be drawn. */
  @property({ attribute: false }) unavailableText = '';

  @state() private stage: Stage = 'opening';
  @state() private troubled: 'basemap' | 'areas' | undefined;
  @state() private aimed = false;
  private owner: MapOwner | undefined;

  protected override firstUpdated(): void {
    void this.open();
  }

  /** Asks again for what could not be fetched, once there is a connection or somebody comes back to the page. */
  private readonly askAgain = (): void => {
    if (!this.troubled || !navigator.onLine || document.hidden) return;
    this.troubled = undefined; // what fails again says so again
    this.owner?.askAgain();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('online', this.askAgain);
    document.addEventListener('visibilitychange', this.askAgain);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('online', this.askAgain);
    document.removeEventListener('visibilitychange', this.askAgain);
    this.owner?.close();
    this.owner = undefined;
    super.disconnectedCallback();
  }

  private async open(): Promise<void> {
    const container = this.querySelector<HTMLElement>('.map-canvas');
    if (!container) return;
    if (!canDraw()) {
      this.give('unavailable');
      return;
    }
    try {
      const { MapOwner } = await program();
      if (!this.isConnected) return;
      this.owner = new MapOwner({ ...this.place(), container, texts: this.t, label: this.label, ...(this.focusAt ? { focusAt: this.focusAt } : {}), ...(this.queueTiles ? { queueTiles: this.queueTiles } : {}), ...(this.token ? { token: this.token } : {}), choosing: this.choosing, cooperative: byTouch(), events: this.events() });
      this.begin();
    } catch (error) {
      this.give(error instanceof Error && error.name.startsWith('GPU') ? 'unavailable' : 'broken');
    }
  }

  private place(): Pick<OwnerOptions, 'scales' | 'counted' | 'tiles' | 'bounds' | 'basemap' | 'seeThrough'> {
    const { jurisdiction, areas } = this.setting;
    const queueLevel = areas.levels.findIndex((one) => one.level === jurisdiction.queue_level);
    const counted = queueLevel < 0 ? Math.max(0, areas.levels.length - 1) : queueLevel;
    const { basemap } = this.setting.settings;
    const under = basemap ? { basemap, seeThrough: true } : {};
    if (!jurisdiction.boundary_set) return { scales: [], ...under };
    const tiles = `${location.origin}/v1/${jurisdiction.jurisdiction}/boundary-sets/${jurisdiction.boundary_set}/tiles/{z}/{x}/{y}`;
    const [west, south, east, north] = jurisdiction.bbox ?? [];
    if (west === undefined || south === undefined || east === undefined || north === undefined) return { scales: [], ...under };
    const bounds: Bounds = [west, south, east, north];
    return { scales: levelScales(areas, bounds), counted, tiles, bounds, ...under };
  }

  private events() {
    const tell = (name: string, detail: unknown) => this.dispatchEvent(new CustomEvent(name, { detail }));
    return {
      chosen: (at: Position, accuracy: number) => tell('chosen', { at, accuracy }),
      ...(this.picking ? { picked: (report: string) => tell('picked', { report }) } : {}),
      areaPicked: (code: string) => tell('areaPicked', { code }),
      moved: (bounds: number[], zoom: number) => tell('moved', { bounds, zoom }),
      troubled: (part: 'basemap' | 'areas' | undefined) => { if (!part || this.troubled !== 'areas') this.troubled = part; },
      drawn: () => { this.stage = 'drawn'; },
      ...(this.aiming ? { aimed: (onPin: boolean) => { this.aimed = onPin; } } : {}),
    };
  }

  private give(stage: 'unavailable' | 'broken'): void {
    this.stage = stage;
    this.dispatchEvent(new CustomEvent('unavailable'));
  }

  protected override updated(changed: PropertyValues<MapElement>): void {
    this.owner?.speak(this.t, this.label);
    // Only when it was moved from outside: the pin may be under somebody's finger.
    if (changed.has('pin')) this.owner?.pin(this.pin);
    if (this.owner && changed.has('choosing')) this.owner.choosing = this.choosing;
    if (changed.has('chosenArea')) void this.owner?.highlight(this.chosenArea);
    if (changed.has('besideAreas')) void this.owner?.beside(this.besideAreas);
    if (changed.has('pickedAreas')) void this.owner?.pickAreas(this.pickedAreas);
    if (this.queueTiles && (changed.has('queueTiles') || changed.has('queueState'))) void this.owner?.showQueue(this.queueTiles);
    if (this.owner && changed.has('areaPicking')) this.owner.areaPicking = this.areaPicking;
    this.send();
  }

  private begin(): void {
    this.owner?.pin(this.pin);
    void this.owner?.highlight(this.chosenArea);
    void this.owner?.beside(this.besideAreas);
    void this.owner?.pickAreas(this.pickedAreas);
    if (this.owner && this.areaPicking) this.owner.areaPicking = true;
    this.send();
  }

  private send(): void {
    const owner = this.owner;
    if (!owner) return;
    void owner.show(SOURCES.reports, this.reports);
    void owner.show(SOURCES.counts, this.counts);
    void owner.show(SOURCES.picked, this.picked);
    void owner.show(SOURCES.moves, this.moves);
  }

  /** Lets somebody draw a closed line and gives it. Nothing happens where there is no map. */
  async draw(way: DrawingWay, drawn: (ring: Position[]) => void): Promise<void> {
    await this.owner?.draw(way, drawn);
  }

  stopDrawing(): void {
    this.owner?.stopDrawing();
  }

  /** Shows a box (west, south, east, north; degrees) if a part of it is out of sight. */
  reveal(box: [number, number, number, number]): void {
    this.owner?.reveal(box);
  }

  /** West, south, east, north of what is shown; undefined where there is no map. */
  get bounds(): [number, number, number, number] | undefined {
    return this.owner?.bounds;
  }

  /** Brings a place out from below something on the map, by where that lies in the window. */
  uncover(at: Position, what: DOMRect): void {
    this.owner?.uncover(at, what);
  }

  /** Goes to a place, at least as near as `zoom`. */
  moveTo(at: Position, zoom: number): void {
    this.owner?.moveTo(at, zoom);
  }

  /** Points at the centre of what is shown. */
  chooseCentre(): void {
    this.owner?.chooseCentre();
  }

  /** By touch a place is brought under a crosshair that stands still. */
  private get aiming(): boolean {
    return this.choosing && byTouch();
  }

  get drawable(): boolean {
    return this.stage !== 'unavailable' && this.stage !== 'broken';
  }

  protected override render() {
    const t = this.t;
    if (!this.drawable) {
      return html`<p class="notice map-missing">${this.stage === 'broken' ? t.mapBroken : this.unavailableText || t.mapUnavailable}</p>`;
    }
    return html`
      <div class="map-frame" data-stage=${this.stage} role="group" aria-label=${this.label}>
        <div class="map-canvas"></div>
        ${this.stage === 'opening' ? html`<p class="map-wait" role="status">${t.mapLoading}</p>` : none}
        ${this.setting.jurisdiction.synthetic ? syntheticBadge() : none}
        ${this.setting.settings.basemap ? html`<p class="map-credit">${this.setting.settings.basemap.attribution}</p>` : none}
        ${this.aiming && this.stage === 'drawn' ? this.crosshair() : none}
        <div class="map-keys">
          <button type="button" class="icon" aria-label=${t.mapZoomIn} title=${t.mapZoomIn} @click=${() => this.owner?.zoomIn()}>${sign('M12 5v14M5 12h14')}</button>
          <button type="button" class="icon" aria-label=${t.mapZoomOut} title=${t.mapZoomOut} @click=${() => this.owner?.zoomOut()}>${sign('M5 12h14')}</button>
          <button type="button" class="icon" aria-label=${t.mapWhole} title=${t.mapWhole} @click=${() => this.owner?.whole()}>${sign('M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5')}</button>
        </div>
        ${this.troubled ? html`<p class="map-trouble" role="status">${navigator.onLine ? (this.troubled === 'basemap' ? t.mapBaseMissing : t.mapTilesMissing) : t.mapOffline}</p>` : none}
      </div>`;
  }

  private crosshair() {
    const t = this.t;
    return html`<svg class="crosshair" ?hidden=${this.aimed} viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="15" /><path d="M32 3v22M32 39v22M3 32h22M39 32h22" /></svg>
      <button type="button" class="primary aim" ?hidden=${this.aimed} @click=${() => this.chooseCentre()}>${this.pin ? t.aimMove : t.aimHere}</button>`;
  }
}

export function sign(path: string) {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>`;
}

/** The map program. A page that will show a map asks for it before it knows what the map shows, so that both come at the same time. */
export function program(): Promise<typeof import('./owner.ts')> {
  if (!coming) {
    coming = import('./owner.ts');
    coming.catch(() => { coming = undefined; });
    // What works for the map comes while a weak phone begins to draw, as the browser keeps what was fetched; before, it would have kept the program waiting.
    coming.then(({ workerUrl }) => fetch(workerUrl)).then((answer) => answer.blob()).catch(() => undefined); // whoever waits for the program is told
  }
  return coming;
}

let coming: Promise<typeof import('./owner.ts')> | undefined;
let drawable: boolean | undefined;

/** Whether the browser gives a WebGL 2 context; asking first saves those without it the download of the map program. */
export function canDraw(): boolean {
  return (drawable ??= givesContext());
}

function givesContext(): boolean {
  try {
    const context = document.createElement('canvas').getContext('webgl2');
    context?.getExtension('WEBGL_lose_context')?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-map': MapElement }
}
