// The map on which boundaries are drawn. It owns its map object; nothing else touches it.
import type * as GeoJSON from 'geojson';
import { Map as MapLibre, setWorkerUrl, type ExpressionSpecification, type GeoJSONSource, type LayerSpecification, type MapMouseEvent, type MapTouchEvent, type PointLike, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import './map.css';
import type { Position } from '../contract/areas.ts';
import type { Catalogue } from '../locale/locale.ts';
import type { LeftOut } from '../edit/drawn.ts';
import { boxOf, type Handle } from '../edit/shapes.ts';
import type { Basemap } from '../page/settings.ts';
import { byTouch } from '../page/touch.ts';
import { asking } from './asking.ts';
import { rounded } from './features.ts';
import { toldApart } from './grips.ts';
import { changeOf, SKETCH, type SetTiles, type SketchSource } from './sketch-sources.ts';
import { INK } from './style.ts';

setWorkerUrl(workerUrl);

export interface SketchEvents {
  /** An area of the level that is worked on was clicked. */
  area(code: string): void;
  /** A vertex was clicked and not moved. */
  vertex(at: Position): void;
  moved(from: Position, to: Position): void;
  inserted(before: Position, after: Position, at: Position): void;
  /** A handle is being dragged, and is at a place now; undefined once it was let go. */
  dragged(handle: Handle, to: Position | undefined): void;
  /** A handle that was dragged goes back to where it was: Escape, or a touch that ended otherwise. */
  givenUp(): void;
  /** A point was added to the line of a cut. */
  point(at: Position): void;
  drawn(): void;
  /** So many points of the chosen area lie in view that are not shown, since they could not be told apart. */
  crowded(points: number): void;
}

export interface SketchOptions {
  container: HTMLElement;
  texts: Catalogue;
  label: string;
  bounds: [number, number, number, number];
  /** What lies under the areas; the map does not wait for it. */
  basemap: Basemap | undefined;
  events: SketchEvents;
}

/** Pixels around a fingertip within which a handle is taken hold of. */
const reach = 14;

/** How many points are shown to be taken hold of. More than that lie upon each other, and a coast has tens of thousands. */
const mostPoints = 1500;
/** Fewer than these are shown however close they lie. */
const fewPoints = 60;
/** Pixels from one point to the next, on an outline as long as the box around it. */
const leastApart = 1.5;
/** Pixels from one handle to the next, for a mouse and for a fingertip. An area of less than some of them would be buried under its handles. */
const apart = () => (byTouch() ? 16 : 10);
const fewApart = 12;

const empty = { type: 'FeatureCollection' as const, features: [] };

export class SketchMap {
  /** A click adds a point to a line, instead of choosing an area. */
  cutting = false;
  private readonly map: MapLibre;
  private readonly options: SketchOptions;
  private readonly ready: Promise<void>;
  private handles: readonly Handle[] = [];
  /** Those in view that can be taken hold of. */
  private within: readonly Handle[] = [];
  private chosenVertex: Position | undefined;
  private base: SetTiles | undefined;
  private earlier: SetTiles | undefined;
  private leftOut: LeftOut = { drawn: [], stale: [] };
  private readonly shown = new Map<SketchSource, GeoJSON.GeoJSON | undefined>();
  private level = '';
  private held: Handle | undefined;
  private closed = false;

  /** Throws MapLibre's GPUInitializationError where there is no WebGL 2. */
  constructor(options: SketchOptions) {
    this.options = options;
    const t = options.texts;
    const map = new MapLibre({
      container: options.container, style: style(Boolean(options.basemap)), bounds: options.bounds, fitBoundsOptions: { padding: 30 }, attributionControl: false,
      localIdeographFontFamily: "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif",
      dragRotate: false, touchPitch: false, pitchWithRotate: false, rollEnabled: false, maxZoom: 22, fadeDuration: 0,
      transformRequest: (url) => {
        const token = [this.base, this.earlier].find((set) => set && url.startsWith(set.address.split('{')[0] ?? ''))?.token?.();
        return token ? { url, headers: { Authorization: `Bearer ${token}` } } : asking(url);
      },
      locale: { 'Map.Title': options.label, 'CooperativeGesturesHandler.WindowsHelpText': t.mapCtrlScroll, 'CooperativeGesturesHandler.MacHelpText': t.mapCmdScroll, 'CooperativeGesturesHandler.MobileHelpText': t.mapTwoFingers },
    });
    this.map = map;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    this.ready = new Promise((resolve) => { map.once('load', () => resolve()); });
    if (options.basemap) void this.underlay(options.basemap).catch(() => undefined); // the ground stays plain then
    void this.ready.then(() => { // what is to be shown then is under way
      map.once('idle', () => options.events.drawn());
      map.triggerRepaint();
    });
    map.on('click', (event) => this.click(event));
    for (const press of ['mousedown', 'touchstart'] as const) map.on(press, (event) => this.hold(event));
    map.on('mousemove', (event) => this.hover(event));
    map.on('moveend', () => { if (this.handles.length) void this.reveal(); });
  }

  private async underlay(basemap: Basemap): Promise<void> {
    const [{ lay }] = await Promise.all([import('./underlay.ts'), new Promise((resolve) => { this.map.once('style.load', resolve); })]);
    if (!this.closed) await lay(this.map, basemap, this.options.texts.lang);
  }

  /** Puts what lies in a source in the place of what lay there. */
  async show(source: SketchSource, data: GeoJSON.GeoJSON | undefined): Promise<void> {
    await this.ready;
    if (!this.closed) await this.map.getSource<GeoJSONSource>(source)?.setData(data ?? empty);
  }

  /** Shows areas, or what stands at them. Where a few of many changed, these alone are sent to whoever draws them. */
  async showChange(source: SketchSource, data: GeoJSON.GeoJSON | undefined): Promise<void> {
    const change = this.level ? changeOf(this.shown.get(source), data) : undefined; // a file that is still to be imported may have a code twice
    this.shown.set(source, data);
    if (!change) return this.show(source, data);
    if (change.add.length + change.remove.length === 0) return;
    await this.ready;
    if (!this.closed) await this.map.getSource<GeoJSONSource>(source)?.updateData(change);
  }

  /** Shows the handles of an area, one of them as chosen. */
  async hand(handles: readonly Handle[], chosen: Position | undefined): Promise<void> {
    const none = this.handles.length + handles.length === 0;
    this.handles = handles;
    this.chosenVertex = chosen;
    if (!none) await this.reveal();
  }

  /** Shows the handles that lie in view and can be told apart; none of an area that they would bury. */
  private async reveal(): Promise<void> {
    const bounds = this.map.getBounds();
    const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const [wide, high] = [(east - west) / 4, (north - south) / 4]; // some beside what is seen, so that they are there when it is moved
    const near = this.handles.filter(({ at: [lon, lat] }) => lon > west - wide && lon < east + wide && lat > south - high && lat < north + high);
    const seen = near.filter(({ kind, at: [lon, lat] }) => kind === 'vertex' && lon >= west && lon <= east && lat >= south && lat <= north).map(({ at }) => at);
    const crowded = this.small(boxOf(this.handles.map(({ at }) => at))) || seen.length > mostPoints || (seen.length > fewPoints && seen.length * leastApart > this.around(seen));
    const { chosenVertex: chosen } = this;
    const is = ({ kind, at }: Handle) => kind === 'vertex' && chosen?.[0] === at[0] && chosen[1] === at[1];
    this.within = crowded ? near.filter(is) : toldApart(near, (at) => this.map.project(at), apart(), chosen);
    const held = new Set(this.within.map(({ at }) => at));
    this.options.events.crowded(seen.filter((at) => !held.has(at)).length);
    await this.show(SKETCH.handles, { type: 'FeatureCollection', features: this.within.map((one) => ({
      type: 'Feature', geometry: { type: 'Point', coordinates: one.at }, properties: { kind: one.kind, chosen: is(one) },
    })) });
  }

  /** How many pixels it is around points. */
  private around(points: readonly Position[]): number {
    const [west, south, east, north] = boxOf(points) ?? [0, 0, 0, 0];
    const [a, b] = [this.map.project([west, north]), this.map.project([east, south])];
    return 2 * (b.x - a.x + b.y - a.y);
  }

  /** Works on a level: its areas are those that are clicked and named. */
  async work(level: string): Promise<void> {
    this.level = level;
    await this.ready;
    if (this.closed) return;
    this.map.setFilter('areas-level', ['==', ['get', 'level'], level]);
    this.filter();
  }

  /** Shows stored sets: one as the ground, and the outlines of one as it was before. */
  async stand(base: SetTiles | undefined, earlier: SetTiles | undefined): Promise<void> {
    const was = [this.base?.address, this.earlier?.address];
    this.base = base;
    this.earlier = earlier;
    await this.ready;
    if (this.closed) return;
    if (was[0] !== base?.address) this.lay('base', base, baseLayers);
    if (was[1] !== earlier?.address) this.lay('earlier', earlier, earlierLayers);
    this.filter();
  }

  /** Leaves areas of the ground out that are drawn otherwise. */
  async leave(out: LeftOut): Promise<void> {
    if (alike(this.leftOut.drawn, out.drawn) && alike(this.leftOut.stale, out.stale)) return;
    this.leftOut = out;
    await this.ready;
    if (!this.closed) this.filter();
  }

  /** Puts the layers of a stored set on the map, in the place of those of another one. */
  private lay(source: string, set: SetTiles | undefined, layers: readonly (readonly [LayerSpecification, string])[]): void {
    const { map } = this;
    for (const [{ id }] of layers) if (map.getLayer(id)) map.removeLayer(id);
    if (map.getSource(source)) map.removeSource(source);
    if (!set) return;
    map.addSource(source, { type: 'vector', tiles: [set.address], maxzoom: 22, bounds: set.bounds });
    for (const [layer, below] of layers) map.addLayer(layer, below);
  }

  /** Picks what is shown of stored sets. */
  private filter(): void {
    const { map, base, earlier, leftOut: { drawn, stale } } = this;
    if (base && map.getLayer('base-fill')) {
      const ofLevel: ExpressionSpecification = ['==', ['get', 'level'], base.levels.indexOf(this.level)];
      map.setFilter('base-fill', without(drawn));
      map.setFilter('base-level', ['all', ofLevel, without(drawn)]);
      map.setFilter('base-line', without([...drawn, ...stale]));
      map.setFilter('base-names', ['all', ofLevel, without(drawn)]);
    }
    if (earlier && map.getLayer('earlier')) map.setFilter('earlier', earlier.codes ? ['!', without(earlier.codes)] : null);
  }

  /** Whether a box is so small on the screen that handles would bury what is in it. */
  small(box: [number, number, number, number] | undefined): boolean {
    if (!box) return false;
    const [a, b] = [this.map.project([box[0], box[3]]), this.map.project([box[2], box[1]])];
    return b.x - a.x + b.y - a.y < fewApart * apart();
  }

  fit(box: [number, number, number, number]): void {
    this.map.fitBounds(box, { padding: 60, maxZoom: 18, animate: false });
  }

  zoomIn(): void {
    this.map.zoomIn();
  }

  zoomOut(): void {
    this.map.zoomOut();
  }

  close(): void {
    this.closed = true;
    this.map.remove();
  }

  private nearest(point: { x: number; y: number }): Handle | undefined {
    let best: Handle | undefined;
    let least = reach;
    for (const handle of this.within) {
      const at = this.map.project(handle.at);
      // A vertex is taken rather than a middle as near as it.
      const far = Math.hypot(at.x - point.x, at.y - point.y) + (handle.kind === 'middle' ? 4 : 0);
      if (far < least) [best, least] = [handle, far];
    }
    return best;
  }

  private hover(event: MapMouseEvent): void {
    if (!this.held) this.map.getCanvas().style.cursor = this.cutting ? 'crosshair' : this.nearest(event.point) ? 'move' : '';
  }

  private click(event: MapMouseEvent): void {
    const { events } = this.options;
    if (this.cutting) return events.point([rounded(event.lngLat.lng), rounded(event.lngLat.lat)]);
    if (this.nearest(event.point)) return; // told when it was let go
    const area = this.map.queryRenderedFeatures(event.point as PointLike, { layers: ['areas-level', 'base-level'].filter((one) => this.map.getLayer(one)) })[0];
    if (area) events.area(String(area.properties['code']));
  }

  /** Takes hold of a handle and follows it until it is let go. */
  private hold(event: MapMouseEvent | MapTouchEvent): void {
    if (this.cutting || ('points' in event && event.points.length > 1)) return;
    const handle = this.nearest(event.point);
    if (!handle) return;
    event.preventDefault(); // the map stays where it is
    this.held = handle;
    const begun = event.point;
    let to: Position | undefined;
    const touch = event.type === 'touchstart';
    const move = (next: MapMouseEvent | MapTouchEvent) => {
      if (!to && Math.hypot(next.point.x - begun.x, next.point.y - begun.y) < 4) return; // a finger trembles
      to = [rounded(next.lngLat.lng), rounded(next.lngLat.lat)];
      this.trace(handle, to);
      this.options.events.dragged(handle, to);
    };
    const release = () => {
      this.map.off(touch ? 'touchmove' : 'mousemove', move);
      window.removeEventListener(touch ? 'touchend' : 'mouseup', end);
      window.removeEventListener('touchcancel', giveUp);
      window.removeEventListener('keydown', escape, { capture: true });
      this.held = undefined;
      void this.show(SKETCH.line, undefined);
    };
    const end = () => {
      release();
      this.options.events.dragged(handle, undefined);
      this.tell(handle, to);
    };
    const giveUp = () => {
      release();
      this.options.events.givenUp();
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault(); // it means the drag, and not what is chosen
      giveUp();
    };
    this.map.on(touch ? 'touchmove' : 'mousemove', move);
    window.addEventListener(touch ? 'touchend' : 'mouseup', end);
    window.addEventListener('touchcancel', giveUp);
    window.addEventListener('keydown', escape, { capture: true });
  }

  private tell(handle: Handle, to: Position | undefined): void {
    const { events } = this.options;
    if (handle.kind === 'middle') {
      if (to) events.inserted(handle.before, handle.after, to);
    } else if (to) events.moved(handle.at, to);
    else events.vertex(handle.at);
  }

  /** Shows where a border would run while a handle is held. */
  private trace(handle: Handle, to: Position): void {
    const ends = handle.kind === 'middle' ? [handle.before, handle.after] : this.beside(handle.at);
    void this.show(SKETCH.line, { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [ends[0] ?? to, to, ends[1] ?? to] } });
  }

  /** The neighbours of a vertex on the border that is shown. */
  private beside(at: Position): [Position | undefined, Position | undefined] {
    const same = (other: Position) => other[0] === at[0] && other[1] === at[1];
    const middles = this.handles.filter((one) => one.kind === 'middle');
    return [middles.find((one) => one.kind === 'middle' && same(one.after)), middles.find((one) => one.kind === 'middle' && same(one.before))]
      .map((one, n) => (one?.kind === 'middle' ? (n === 0 ? one.before : one.after) : undefined)) as [Position | undefined, Position | undefined];
  }
}

/** Whether two lists in order are alike. */
function alike(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, n) => one === b[n]);
}

/** Areas but those with some codes. */
function without(codes: readonly string[]): ExpressionSpecification {
  return codes.length ? ['match', ['get', 'code'], [...new Set(codes)], false, true] : ['literal', true];
}

const outlines = { type: 'line', 'source-layer': 'areas', layout: { 'line-join': 'round' } } as const;
const namePaint = { 'text-color': INK.text, 'text-halo-color': INK.halo, 'text-halo-width': 1.6 };
const nameLayout = { 'text-field': ['get', 'name'], 'text-font': ['Regular'], 'text-size': 13, 'text-max-width': 8 } satisfies Extract<LayerSpecification, { type: 'symbol' }>['layout'];

/** Layers of the set that is the ground, each with the one below which it lies. */
const baseLayers: readonly (readonly [LayerSpecification, string])[] = [
  [{ id: 'base-fill', type: 'fill', source: 'base', 'source-layer': 'areas', paint: { 'fill-color': INK.ground } }, 'areas-fill'],
  [{ id: 'base-level', type: 'fill', source: 'base', 'source-layer': 'areas', paint: { 'fill-color': INK.ground, 'fill-opacity': 0.01 } }, 'areas-fill'],
  [{ id: 'base-line', source: 'base', ...outlines, paint: { 'line-color': INK.line, 'line-width': 1.2, 'line-opacity': 0.8 } }, 'areas-line'],
  [{ id: 'base-names', type: 'symbol', source: 'base', 'source-layer': 'labels', layout: nameLayout, paint: namePaint }, 'names'],
];
const earlierLayers: readonly (readonly [LayerSpecification, string])[] = [
  [{ id: 'earlier', source: 'earlier', ...outlines, paint: { 'line-color': INK.selected, 'line-width': 1.5, 'line-dasharray': [3, 2] } }, 'faults-fill'],
];

function style(seeThrough: boolean): StyleSpecification {
  const nowhere: ExpressionSpecification = ['==', ['get', 'level'], ''];
  const layers: LayerSpecification[] = [
    { id: 'outside', type: 'background', paint: { 'background-color': INK.outside } },
    { id: 'areas-fill', type: 'fill', source: SKETCH.areas, paint: { 'fill-color': INK.ground } },
    { id: 'areas-level', type: 'fill', source: SKETCH.areas, filter: nowhere, paint: { 'fill-color': INK.ground, 'fill-opacity': 0.01 } },
    { id: 'chosen', type: 'fill', source: SKETCH.chosen, paint: { 'fill-color': INK.chosen, 'fill-opacity': seeThrough ? 0.4 : 0.75 } },
    { id: 'hands', type: 'fill', source: SKETCH.hands, paint: { 'fill-color': INK.waiting, 'fill-opacity': 0.35 } },
    { id: 'hands-line', type: 'line', source: SKETCH.hands, paint: { 'line-color': INK.waiting, 'line-width': 1.5 } },
    { id: 'areas-line', type: 'line', source: SKETCH.areas, layout: { 'line-join': 'round' }, paint: { 'line-color': INK.line, 'line-width': 1.2, 'line-opacity': 0.8 } },
    { id: 'chosen-line', type: 'line', source: SKETCH.chosen, layout: { 'line-join': 'round' }, paint: { 'line-color': INK.waiting, 'line-width': 3 } },
    { id: 'faults-fill', type: 'fill', source: SKETCH.faults, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': INK.late, 'fill-opacity': 0.4 } },
    { id: 'faults-line', type: 'line', source: SKETCH.faults, paint: { 'line-color': INK.late, 'line-width': 3 } },
    { id: 'faults', type: 'circle', source: SKETCH.faults, filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 9, 'circle-opacity': 0, 'circle-stroke-color': INK.late, 'circle-stroke-width': 3 } },
    { id: 'line', type: 'line', source: SKETCH.line, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': INK.selected, 'line-width': 3, 'line-dasharray': [1, 1.6] } },
    { id: 'line-points', type: 'circle', source: SKETCH.line, filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 5, 'circle-color': INK.selected, 'circle-stroke-color': INK.paper, 'circle-stroke-width': 2 } },
    { id: 'handles-middle', type: 'circle', source: SKETCH.handles, filter: ['==', ['get', 'kind'], 'middle'], minzoom: 13, paint: { 'circle-radius': 4, 'circle-color': INK.paper, 'circle-stroke-color': INK.waiting, 'circle-stroke-width': 1.5 } },
    { id: 'handles', type: 'circle', source: SKETCH.handles, filter: ['==', ['get', 'kind'], 'vertex'], paint: {
      'circle-radius': ['case', ['get', 'chosen'], 9, 6], 'circle-color': ['case', ['get', 'chosen'], INK.selected, INK.waiting], 'circle-stroke-color': INK.paper, 'circle-stroke-width': 2 } },
    { id: 'names', type: 'symbol', source: SKETCH.names, layout: nameLayout, paint: namePaint },
  ];
  return { version: 8, sources: Object.fromEntries(Object.values(SKETCH).map((id) => [id, { type: 'geojson', data: empty, ...(id === SKETCH.areas || id === SKETCH.names ? { promoteId: 'code' } : {}) }])), layers };
}
