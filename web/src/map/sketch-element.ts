import type * as GeoJSON from 'geojson';
import { html, nothing as none, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Position } from '../contract/areas.ts';
import type { LeftOut } from '../edit/drawn.ts';
import { placeOfName, type AreaFeature, type Handle } from '../edit/shapes.ts';
import { PageElement } from '../page/element.ts';
import type { Setting } from '../page/settings.ts';
import { syntheticBadge } from '../page/shell.ts';
import { canDraw, sign } from './element.ts';
import type { SketchMap } from './sketch.ts';
import { SKETCH, type SetTiles } from './sketch-sources.ts';

/**
 * The map on which boundaries are drawn and looked at. Events: `area` {code}, `vertex` {at}, `moved` {from, to}, `inserted` {before, after, at},
 * `dragged` {handle, to}, `given-up`, `point` {at}, `crowded` {points}, `unavailable`.
 */
@customElement('weige-sketch')
export class SketchElement extends PageElement {
  @property({ attribute: false }) label = '';
  @property({ attribute: false }) bounds: [number, number, number, number] = [-180, -60, 180, 75];
  /** What is shown at first, where that is not all of it. */
  @property({ attribute: false }) first: [number, number, number, number] | undefined;
  @property({ attribute: false }) areas: GeoJSON.GeoJSON | undefined;
  /** The stored set that is the ground; areas lie above it. */
  @property({ attribute: false }) base: SetTiles | undefined;
  /** What of the base is not shown. */
  @property({ attribute: false }) leftOut: LeftOut = { drawn: [], stale: [] };
  /** A stored set whose outlines are shown as they were before. */
  @property({ attribute: false }) earlier: SetTiles | undefined;
  @property({ attribute: false }) hands: GeoJSON.GeoJSON | undefined;
  @property({ attribute: false }) faults: GeoJSON.GeoJSON | undefined;
  @property({ attribute: false }) line: readonly Position[] = [];
  @property({ attribute: false }) handles: readonly Handle[] = [];
  @property({ attribute: false }) chosenVertex: Position | undefined;
  @property({ attribute: false }) level = '';
  /** The areas that are chosen, drawn once more, so that choosing one draws no other again. */
  @property({ attribute: false }) chosen: readonly GeoJSON.Feature[] = [];
  @property({ type: Boolean }) cutting = false;
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) unavailableText = '';
  @state() private stage: 'opening' | 'drawn' | 'unavailable' = 'opening';
  private owner: SketchMap | undefined;
  private wanted: [number, number, number, number] | undefined;

  protected override firstUpdated(): void {
    void this.open();
  }

  override disconnectedCallback(): void {
    this.owner?.close();
    this.owner = undefined;
    super.disconnectedCallback();
  }

  private async open(): Promise<void> {
    const container = this.querySelector<HTMLElement>('.map-canvas');
    if (!container || !canDraw()) return this.give();
    try {
      const { SketchMap } = await import('./sketch.ts');
      if (!this.isConnected) return;
      const tell = (name: string, detail: unknown) => this.dispatchEvent(new CustomEvent(name, { detail }));
      this.owner = new SketchMap({ container, texts: this.t, label: this.label, bounds: this.first ?? this.bounds, basemap: this.setting.settings.basemap, events: {
        area: (code) => tell('area', { code }), vertex: (at) => tell('vertex', { at }), moved: (from, to) => tell('moved', { from, to }),
        inserted: (before, after, at) => tell('inserted', { before, after, at }), dragged: (handle, to) => tell('dragged', { handle, to }), givenUp: () => tell('given-up', {}), point: (at) => tell('point', { at }),
        crowded: (points) => tell('crowded', { points }), drawn: () => { this.stage = 'drawn'; },
      } });
      this.send(undefined);
      this.fit(this.wanted);
    } catch {
      this.give();
    }
  }

  private give(): void {
    this.stage = 'unavailable';
    this.dispatchEvent(new CustomEvent('unavailable'));
  }

  protected override updated(changed: PropertyValues<SketchElement>): void {
    this.send(changed);
  }

  /** Sends what changed; all of it to a map that has just been opened. */
  private send(changed: PropertyValues<SketchElement> | undefined): void {
    const { owner } = this;
    if (!owner) return;
    const is = (...names: (keyof SketchElement)[]) => !changed || names.some((name) => changed.has(name));
    if (is('areas')) void owner.showChange(SKETCH.areas, this.areas);
    if (is('areas', 'level')) void owner.showChange(SKETCH.names, namesOf(this.areas, this.level));
    if (is('chosen')) void owner.show(SKETCH.chosen, { type: 'FeatureCollection', features: [...this.chosen] });
    if (is('base', 'earlier')) void owner.stand(this.base, this.earlier);
    if (is('leftOut')) void owner.leave(this.leftOut);
    if (is('hands')) void owner.show(SKETCH.hands, this.hands);
    if (is('faults')) void owner.show(SKETCH.faults, this.faults);
    if (is('line')) void owner.show(SKETCH.line, lineOf(this.line));
    if (is('handles', 'chosenVertex')) void owner.hand(this.handles, this.chosenVertex);
    if (is('level')) void owner.work(this.level);
    if (is('cutting')) owner.cutting = this.cutting;
  }

  /** Shows a box: west, south, east, north. */
  fit(box: [number, number, number, number] | undefined): void {
    this.wanted = box; // by a map that is still on its way, too
    if (box) this.owner?.fit(box);
  }

  /** Shows a box where it is too small on the screen to be worked on; else the map stays where it is. */
  approach(box: [number, number, number, number] | undefined): void {
    if (this.owner?.small(box)) this.fit(box);
  }

  get drawable(): boolean {
    return this.stage !== 'unavailable';
  }

  protected override render() {
    const t = this.t;
    if (this.stage === 'unavailable') return html`<p class="notice map-missing">${this.unavailableText}</p>`;
    const { basemap } = this.setting.settings;
    return html`<div class="map-frame" data-stage=${this.stage} role="group" aria-label=${this.label}>
      <div class="map-canvas"></div>
      ${this.stage === 'opening' ? html`<p class="map-wait" role="status">${t.mapLoading}</p>` : none}
      ${this.setting.jurisdiction.synthetic ? syntheticBadge() : none}
      ${basemap ? html`<p class="map-credit">${basemap.attribution}</p>` : none}
      <div class="map-keys">
        <button type="button" class="icon" aria-label=${t.mapZoomIn} title=${t.mapZoomIn} @click=${() => this.owner?.zoomIn()}>${sign('M12 5v14M5 12h14')}</button>
        <button type="button" class="icon" aria-label=${t.mapZoomOut} title=${t.mapZoomOut} @click=${() => this.owner?.zoomOut()}>${sign('M5 12h14')}</button>
        <button type="button" class="icon" aria-label=${t.mapWhole} title=${t.mapWhole} @click=${() => this.fit(this.bounds)}>${sign('M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5')}</button>
      </div></div>`;
  }
}

/** A point with the name of each area of a level: one, however many tiles the area lies in. */
function namesOf(areas: GeoJSON.GeoJSON | undefined, level: string): GeoJSON.GeoJSON {
  // A file that is still to be imported has no levels yet, and features of any kind.
  const features = level && areas?.type === 'FeatureCollection' ? (areas.features as unknown as AreaFeature[]).filter((one) => one.properties.level === level) : [];
  return { type: 'FeatureCollection', features: features.map(nameOf) };
}

const names = new WeakMap<AreaFeature, GeoJSON.Feature>(); // an area that did not change is the same object, and so is its name

function nameOf(area: AreaFeature): GeoJSON.Feature {
  const { code, name } = area.properties;
  const known = names.get(area) ?? { type: 'Feature', properties: { code, name }, geometry: { type: 'Point', coordinates: placeOfName(area) } };
  names.set(area, known);
  return known;
}

function lineOf(points: readonly Position[]): GeoJSON.GeoJSON {
  const spots = points.map((at) => ({ type: 'Feature' as const, properties: {}, geometry: { type: 'Point' as const, coordinates: at } }));
  const line = points.length > 1 ? [{ type: 'Feature' as const, properties: {}, geometry: { type: 'LineString' as const, coordinates: [...points] } }] : [];
  return { type: 'FeatureCollection', features: [...spots, ...line] };
}

declare global {
  interface HTMLElementTagNameMap { 'weige-sketch': SketchElement }
}
