import { type GeoJSONSource, type LngLatBoundsLike, Map as MapLibre, RasterTileSource, setWorkerUrl, type VectorTileSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import './map.css';
import type { Position } from '../contract/areas.ts';
import type { Catalogue } from '../locale/locale.ts';
import type { Basemap } from '../page/settings.ts';
import { Again } from './again.ts';
import { asking } from './asking.ts';
import { fetchFirst } from './first-tiles.ts';
import type { Drawing, DrawingWay } from './drawing.ts';
import { noShapes, nothing, pointingAccuracy, rounded, shades, type Overlay, type PointCollection } from './features.ts';
import type { OwnerOptions } from './options.ts';
import { Pin } from './pin.ts';
import { AREA_LAYERS, LAYERS, POINTS_FROM_ZOOM, QUEUE_UNTIL_ZOOM, SOURCES, TILE_LAYERS, type OverlaySource } from './sources.ts';
import { mapStyle, ofCode, ofCodes } from './style.ts';

setWorkerUrl(workerUrl);

/** Address of what works for the map beside the page. */
export { workerUrl };

/** Pixels around what is shown as a whole, so that neither the label nor the zoom buttons cover it. */
const room = { top: 24, left: 24, bottom: 36, right: 40 };

/** Zoom, column and row of a tile. */
interface TileAddress { z: number; x: number; y: number }

/** Milliseconds between two askings for all tiles of reports that are shown. */
const tilesApart = 3_000;

/** Owns the one map object of a page; nothing else touches it. */
export class MapOwner {
  private readonly map: MapLibre;
  private readonly options: OwnerOptions;
  private readonly sent = new Map<OverlaySource, Overlay>();
  private readonly styled: Promise<void>;
  private readonly ready: Promise<void>;
  /** Tiles that could not be fetched, by their source. */
  private readonly failed = new Map<string, TileAddress[]>();
  private readonly again = new Again(() => this.fetchAgain());
  /** What lies under the areas could not be laid there. */
  private bare = false;
  private readonly marker: Pin;
  private drawing: Drawing | undefined;
  /** Increases with every beginning and end of a drawing, so that a program that comes late draws nothing. */
  private drawings = 0;
  /** The click that ends a drawing is no click on what lies below it. */
  private justDrew = false;
  private pickingAreas = false;
  private chooses: boolean;
  private shaded: ReadonlyMap<string, number> = new Map();
  private queueAt: string | undefined;
  private queueAsked = 0;
  private queueTimer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private language: string;
  /** Writes the names of what lies under the areas in another language. */
  private rename: ((language: string) => void) | undefined;

  /** Throws MapLibre's GPUInitializationError where there is no WebGL 2. */
  constructor(options: OwnerOptions) {
    this.options = options;
    this.chooses = options.choosing;
    this.queueAt = options.queueTiles;
    this.language = options.texts.lang;
    const t = options.texts;
    const map = new MapLibre({
      container: options.container,
      style: mapStyle(options),
      ...(options.focusAt ? { center: options.focusAt, zoom: 16 } : options.bounds ? { bounds: options.bounds as LngLatBoundsLike, fitBoundsOptions: { padding: room } } : { center: [0, 20], zoom: 1 }),
      attributionControl: false,
      localIdeographFontFamily: "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif",
      cooperativeGestures: options.cooperative,
      dragRotate: false, touchPitch: false, pitchWithRotate: false, rollEnabled: false,
      maxZoom: 20, fadeDuration: 0,
      transformRequest: (url) => {
        const token = this.queueAt && url.includes('/queue/tiles/') ? options.token?.() : undefined;
        return token ? { url, headers: { Authorization: `Bearer ${token}` } } : asking(url);
      },
      locale: {
        'Map.Title': options.label,
        'CooperativeGesturesHandler.WindowsHelpText': t.mapCtrlScroll,
        'CooperativeGesturesHandler.MacHelpText': t.mapCmdScroll,
        'CooperativeGesturesHandler.MobileHelpText': t.mapTwoFingers,
      },
    });
    this.map = map;
    this.marker = new Pin(map, t, (to, by) => {
      this.choose(to);
      if (by === 'key') this.keepInView(to);
    });
    this.marker.hold(!options.choosing);
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    this.styled = new Promise((resolve) => { map.once('style.load', () => resolve()); });
    this.ready = new Promise((resolve) => { map.once('load', () => resolve()); });
    this.listen();
    this.layUnder();
    if (options.tiles) fetchFirst(map, options.tiles, options.bounds);
  }

  private layUnder(): void {
    const { basemap, events } = this.options;
    if (!basemap) return;
    this.bare = false;
    void this.underlay(basemap).catch(() => {
      this.bare = true;
      this.again.failed();
      events.troubled?.('basemap');
    });
  }

  /** Asks again for what could not be fetched, a few times where it has to; what could stays where it is meanwhile. */
  askAgain(): void {
    if (!this.closed) this.again.now();
  }

  private fetchAgain(): void {
    const { map, failed } = this;
    if (this.bare) this.layUnder();
    for (const source of [...failed.keys()]) this.fetchFailed(source);
    this.tellMoved(); // whoever asks by what is shown may have failed too
    void map.once('idle', () => {
      if (failed.size > 0 || this.bare) return; // it said so
      this.again.rest();
      this.options.events.troubled?.(undefined);
    });
    map.triggerRepaint();
  }

  /**
   * Asks again for the tiles of a source that failed. MapLibre 6 takes a picture that is asked for by its number for one that it has, and fails to draw it;
   * told of its tiles anew, a source of pictures asks for those it has not. Other tiles, asked for without their numbers, it waits for as if they were
   * under way.
   */
  private fetchFailed(name: string): void {
    const tiles = this.failed.get(name);
    this.failed.delete(name);
    const source = this.map.getSource(name);
    if (!tiles || !source) return;
    if (source instanceof RasterTileSource) source.setTiles(source.tiles);
    else this.map.refreshTiles(name, tiles);
  }

  private async underlay(basemap: Basemap): Promise<void> {
    const [{ lay }] = await Promise.all([import('./underlay.ts'), this.styled]);
    const language = this.language;
    if (this.closed) return;
    this.rename = await lay(this.map, basemap, language);
    if (this.language !== language) this.rename(this.language);
  }

  private listen(): void {
    const { map, options: { events } } = this;
    map.on('error', (event) => {
      const { sourceId, tile } = event as { sourceId?: string; tile?: { tileID: { canonical: TileAddress } } };
      if (sourceId && tile) this.failed.set(sourceId, [...(this.failed.get(sourceId) ?? []), tile.tileID.canonical]);
      this.again.failed();
      events.troubled?.(sourceId?.startsWith(SOURCES.basemap) ? 'basemap' : 'areas');
    });
    map.once('idle', () => { events.drawn?.(); this.tellMoved(); });
    for (const press of ['mousedown', 'touchstart'] as const) map.on(press, () => { this.justDrew = false; });
    map.on('moveend', () => this.tellMoved());
    if (events.aimed) map.on('move', () => this.tellAimed());
    map.on('click', (event) => {
      // Whoever draws sets a corner and nothing else.
      if (this.drawing || this.justDrew) return;
      if (this.pickingAreas) {
        const area = map.queryRenderedFeatures(event.point, { layers: Object.values(AREA_LAYERS).filter((layer) => map.getLayer(layer)) })[0];
        if (area) events.areaPicked?.(String(area.properties['code']));
        return;
      }
      if (events.picked) {
        const reach = 6; // pixels around the fingertip
        const { x, y } = event.point;
        const hit = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: this.clickable() })[0];
        const one = hit?.layer.id === LAYERS.reportPoints || (hit?.layer.id === LAYERS.queuePoints && (hit.properties['reports'] === 1 || map.getZoom() >= QUEUE_UNTIL_ZOOM));
        if (hit && one) events.picked(String(hit.properties['report']));
        else if (hit?.layer.id === LAYERS.queuePoints) this.moveTo([event.lngLat.lng, event.lngLat.lat], Math.min(QUEUE_UNTIL_ZOOM, Math.floor(map.getZoom()) + 1));
        else if (hit) this.moveTo([event.lngLat.lng, event.lngLat.lat], Math.min(POINTS_FROM_ZOOM, hit.layer.maxzoom ?? POINTS_FROM_ZOOM) + 0.5);
      }
      if (!this.chooses) return;
      const at: Position = [event.lngLat.lng, event.lngLat.lat];
      // A finger covers what it points at: it brings the place under the crosshair, and a button says that it is the one.
      if (this.options.cooperative) map.easeTo({ center: at, duration: 250 });
      else this.choose(at);
    });
    if (events.picked) {
      for (const layer of this.clickable()) {
        map.on('mouseenter', layer, () => { map.getCanvas().style.cursor = 'pointer'; });
        map.on('mouseleave', layer, () => { map.getCanvas().style.cursor = ''; });
      }
    }
  }

  private clickable(): string[] {
    return Object.values(LAYERS).filter((layer) => this.map.getLayer(layer));
  }

  private tellMoved(): void {
    this.options.events.moved?.(this.bounds, this.map.getZoom());
  }

  /** Tells whether the middle of the map is where the pin stands. */
  private tellAimed(): void {
    const [centre, pin] = [this.map.getCenter(), this.marker.at].map((one) => one && this.map.project(one));
    this.options.events.aimed?.(Boolean(centre && pin && centre.dist(pin) < 4));
  }

  private choose(at: Position): void {
    const place: Position = [rounded(at[0]), rounded(at[1])];
    this.pin(place);
    this.options.events.chosen?.(place, pointingAccuracy(this.map.getZoom(), place[1]));
  }

  /** Shows points; the same object again is not sent again. */
  async show(source: OverlaySource, overlay: Overlay): Promise<void> {
    const before = this.sent.get(source);
    if (before === overlay || (!before && (overlay === nothing || overlay === noShapes))) return;
    this.sent.set(source, overlay);
    await this.ready;
    // Between asking and being ready a later call may have brought newer points.
    if (this.closed || this.sent.get(source) !== overlay) return;
    this.map.getSource<GeoJSONSource>(source)?.setData(overlay as PointCollection);
    if (source === SOURCES.counts) this.shade(shades(overlay as PointCollection));
  }

  /** Shows all open reports by other filters, or, at the same address, as they are now. Often asked, it asks the server only now and then. */
  async showQueue(tiles: string): Promise<void> {
    if (this.queueAt === undefined) return;
    await this.ready;
    const source = this.closed ? undefined : this.map.getSource<VectorTileSource>(SOURCES.queue);
    if (!source) return;
    if (tiles !== this.queueAt) {
      this.queueAt = tiles;
      this.queueAsked = performance.now();
      source.setTiles([tiles]);
      return;
    }
    this.queueTimer ??= setTimeout(() => {
      this.queueTimer = undefined;
      this.queueAsked = performance.now();
      if (this.closed || this.map.getZoom() < POINTS_FROM_ZOOM) return;
      this.fetchFailed(SOURCES.queue);
      this.map.refreshTiles(SOURCES.queue);
    }, Math.max(0, this.queueAsked + tilesApart - performance.now()));
  }

  /** Shades areas by code; only what changed is sent. */
  private shade(next: ReadonlyMap<string, number>): void {
    if (!this.map.getSource(SOURCES.boundaries)) return;
    const area = (id: string) => ({ source: SOURCES.boundaries, sourceLayer: TILE_LAYERS.areas, id });
    for (const [code, shade] of next) if (this.shaded.get(code) !== shade) this.map.setFeatureState(area(code), { shade });
    for (const code of this.shaded.keys()) if (!next.has(code)) this.map.setFeatureState(area(code), { shade: 0 });
    this.shaded = next;
  }

  /** Marks areas as picked. */
  async pickAreas(codes: readonly string[]): Promise<void> {
    await this.ready;
    if (this.closed) return;
    for (const layer of ['areas-picked', 'areas-picked-line']) if (this.map.getLayer(layer)) this.map.setFilter(layer, ofCodes(codes));
  }

  /** Whether a click picks the area below it, instead of a report. */
  set areaPicking(on: boolean) {
    this.pickingAreas = on;
    this.map.getCanvas().style.cursor = on ? 'pointer' : '';
  }

  /** Lets somebody draw; `drawn` is given the closed ring, after which the drawing is gone. */
  async draw(way: DrawingWay, drawn: (ring: Position[]) => void): Promise<void> {
    this.stopDrawing();
    const mine = this.drawings;
    await this.ready;
    const { Drawing } = await import('./drawing.ts');
    if (this.closed || mine !== this.drawings) return;
    // One finger draws now, which on a touch screen would scroll the page.
    this.map.getCanvasContainer().classList.add('drawing');
    this.drawing = new Drawing(this.map, way, (ring) => {
      // Not within the drawing's own event.
      this.justDrew = true;
      setTimeout(() => { this.stopDrawing(); drawn(ring); });
    });
  }

  stopDrawing(): void {
    this.drawings++;
    this.drawing?.stop();
    this.drawing = undefined;
    this.map.getCanvasContainer().classList.remove('drawing');
  }

  /** West, south, east, north of what is shown. */
  get bounds(): [number, number, number, number] {
    const b = this.map.getBounds();
    return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
  }

  /** Names the map and the pin in another language. */
  speak(texts: Catalogue, label: string): void {
    if (this.language !== texts.lang) {
      this.language = texts.lang;
      this.rename?.(this.language);
    }
    this.map.getCanvas().setAttribute('aria-label', label);
    this.marker.speak(texts);
  }

  /** Whether places can be pointed at; while they cannot, the pin stays where it stands. */
  set choosing(on: boolean) {
    this.chooses = on;
    this.marker.hold(!on);
  }

  /** Fills and outlines one area; an empty code none. */
  async highlight(code: string): Promise<void> {
    await this.ready;
    if (this.closed || !this.map.getSource(SOURCES.boundaries)) return;
    this.map.setFilter('chosen', ofCode(code));
    this.map.setFilter('chosen-line', ofCode(code));
  }

  /** Outlines areas beside the highlighted one. */
  async beside(codes: readonly string[]): Promise<void> {
    await this.ready;
    if (!this.closed && this.map.getLayer('beside-line')) this.map.setFilter('beside-line', ofCodes(codes));
  }

  /** Puts the pin; undefined takes it away. */
  pin(at: Position | undefined): void {
    this.marker.put(at);
    this.tellAimed();
  }

  /** Moves the map only as far as is needed to see the place. */
  keepInView(at: Position): void {
    const { x, y } = this.map.project(at);
    const { clientWidth, clientHeight } = this.map.getContainer();
    const margin = 48;
    if (x < margin || y < margin || x > clientWidth - margin || y > clientHeight - margin) this.map.panTo(at, { duration: 200 });
  }

  /** Brings a place that lies below something on the map out beside it, where there is room on its right. `what` is where that lies in the window. */
  uncover(at: Position, what: DOMRect): void {
    if (this.map.isMoving()) {
      void this.map.once('moveend', () => this.uncover(at, what));
      return;
    }
    const box = this.map.getContainer().getBoundingClientRect();
    const { x, y } = this.map.project(at);
    const margin = 32;
    const [right, free] = [what.right - box.left, box.right - what.right];
    if (x > right + margin || y + box.top < what.top - margin || y + box.top > what.bottom + margin || free < 4 * margin) return;
    this.map.easeTo({ center: at, offset: [right + free / 2 - box.width / 2, 0], duration: 300 });
  }

  /** Goes to a place, at least as near as `zoom`. */
  moveTo(at: Position, zoom: number): void {
    this.map.resize(); // it hears of another size a little later only
    this.map.easeTo({ center: at, zoom: Math.max(zoom, this.map.getZoom()), duration: 500 });
  }

  /** Shows everything. */
  whole(): void {
    if (this.options.bounds) this.map.fitBounds(this.options.bounds as LngLatBoundsLike, { padding: room, duration: 500 });
  }

  /** Shows a box (west, south, east, north; degrees) if a part of it is out of sight. */
  reveal([west, south, east, north]: readonly [number, number, number, number]): void {
    const seen = this.map.getBounds();
    if (seen.contains([west, south]) && seen.contains([east, north])) return;
    this.map.fitBounds([west, south, east, north], { padding: 60, maxZoom: Math.max(this.map.getZoom(), POINTS_FROM_ZOOM), duration: 500 });
  }

  zoomIn(): void {
    this.map.zoomIn({ duration: 200 });
  }

  zoomOut(): void {
    this.map.zoomOut({ duration: 200 });
  }

  /** Points at the centre of what is shown, and gives the pin the keyboard. */
  chooseCentre(): void {
    const { lng, lat } = this.map.getCenter();
    this.choose([lng, lat]);
    if (!this.options.cooperative) this.marker.focus();
  }

  get zoom(): number {
    return this.map.getZoom();
  }

  close(): void {
    this.closed = true;
    this.again.rest();
    clearTimeout(this.queueTimer);
    this.drawing?.stop();
    this.map.remove();
  }
}
