import { Map as MapLibre, Marker, setWorkerUrl, type GeoJSONSource, type LngLatBoundsLike } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import './map.css';
import type { Position } from '../contract/areas.ts';
import type { Catalogue } from '../locale/locale.ts';
import { nothing, pointingAccuracy, rounded, type PointCollection } from './features.ts';
import { LAYERS, POINTS_FROM_ZOOM, SOURCES, type OverlaySource } from './sources.ts';
import { mapStyle, ofCode, type StyleOptions } from './style.ts';

setWorkerUrl(workerUrl);

/** What happens on the map. */
export interface MapEvents {
  /** A place was pointed at, by click, by dragging the pin or by its keys; accuracy in metres. */
  chosen?(at: Position, accuracy: number): void;
  /** A report's point was clicked. */
  picked?(report: string): void;
  /** The map came to rest. `bounds` is west, south, east, north. */
  moved?(bounds: [number, number, number, number], zoom: number): void;
  /** A part of the map could not be fetched. */
  troubled?(): void;
  /** The first picture is complete. */
  drawn?(): void;
}

export interface OwnerOptions extends StyleOptions {
  container: HTMLElement;
  texts: Catalogue;
  /** What the map shows, for those who do not see it. */
  label: string;
  /** Where to begin, close up. */
  focusAt?: Position;
  events: MapEvents;
  /** One finger scrolls the page, two move the map. */
  cooperative: boolean;
  /** Places can be pointed at. */
  choosing: boolean;
}

/** Pixels around what is shown as a whole, so that neither the label nor the zoom buttons cover it. */
const room = { top: 24, left: 24, bottom: 36, right: 40 };

/** Pixels the pin moves by an arrow key; with Shift one. */
const step = 12;

/** Owns the one map object of a page; nothing else touches it. */
export class MapOwner {
  private readonly map: MapLibre;
  private readonly options: OwnerOptions;
  private readonly sent = new Map<OverlaySource, PointCollection>();
  private readonly ready: Promise<void>;
  private marker: Marker | undefined;
  private closed = false;

  /** Throws MapLibre's GPUInitializationError where there is no WebGL 2. */
  constructor(options: OwnerOptions) {
    this.options = options;
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
      locale: {
        'Map.Title': options.label,
        'CooperativeGesturesHandler.WindowsHelpText': t.mapCtrlScroll,
        'CooperativeGesturesHandler.MacHelpText': t.mapCmdScroll,
        'CooperativeGesturesHandler.MobileHelpText': t.mapTwoFingers,
      },
    });
    this.map = map;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    this.ready = new Promise((resolve) => { map.once('load', () => resolve()); });
    this.listen();
  }

  private listen(): void {
    const { map, options: { events, choosing } } = this;
    map.on('error', () => events.troubled?.());
    map.once('idle', () => { events.drawn?.(); this.tellMoved(); });
    map.on('moveend', () => this.tellMoved());
    map.on('click', (event) => {
      if (events.picked) {
        const reach = 6; // pixels around the fingertip
        const { x, y } = event.point;
        const hit = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: this.clickable() })[0];
        if (hit?.layer.id === LAYERS.reportPoints) events.picked(String(hit.properties['report']));
        else if (hit) this.moveTo([event.lngLat.lng, event.lngLat.lat], Math.min(POINTS_FROM_ZOOM, hit.layer.maxzoom ?? POINTS_FROM_ZOOM) + 0.5);
      }
      if (choosing) this.choose([event.lngLat.lng, event.lngLat.lat]);
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
    const b = this.map.getBounds();
    this.options.events.moved?.([b.getWest(), b.getSouth(), b.getEast(), b.getNorth()], this.map.getZoom());
  }

  private choose(at: Position): void {
    const place: Position = [rounded(at[0]), rounded(at[1])];
    this.pin(place);
    this.options.events.chosen?.(place, pointingAccuracy(this.map.getZoom(), place[1]));
  }

  /** Shows points; the same object again is not sent again. */
  async show(source: OverlaySource, points: PointCollection): Promise<void> {
    if ((this.sent.get(source) ?? nothing) === points) return;
    this.sent.set(source, points);
    await this.ready;
    // Between asking and being ready a later call may have brought newer points.
    if (this.closed || this.sent.get(source) !== points) return;
    this.map.getSource<GeoJSONSource>(source)?.setData(points);
  }

  /** Names the map and the pin in another language. */
  speak(texts: Catalogue, label: string): void {
    this.map.getCanvas().setAttribute('aria-label', label);
    this.marker?.getElement().setAttribute('aria-label', texts.pinLabel);
  }

  /** Fills and outlines one area; an empty code none. */
  async highlight(code: string): Promise<void> {
    await this.ready;
    if (this.closed || !this.map.getSource(SOURCES.boundaries)) return;
    this.map.setFilter('chosen', ofCode(code));
    this.map.setFilter('chosen-line', ofCode(code));
  }

  /** Puts the pin; undefined takes it away. */
  pin(at: Position | undefined): void {
    if (!at) {
      this.marker?.remove();
      this.marker = undefined;
      return;
    }
    if (this.marker) {
      this.marker.setLngLat(at);
      return;
    }
    const element = pinElement(this.options.texts.pinLabel);
    element.addEventListener('keydown', (event) => this.pinKey(event));
    const marker = new Marker({ element, draggable: true, anchor: 'bottom' }).setLngLat(at).addTo(this.map);
    marker.on('dragend', () => { const to = marker.getLngLat(); this.choose([to.lng, to.lat]); });
    // A click on the pin is not a click on the ground below it.
    element.addEventListener('click', (event) => event.stopPropagation());
    this.marker = marker;
  }

  private pinKey(event: KeyboardEvent): void {
    const directions: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = directions[event.key];
    if (!way || !this.marker || event.ctrlKey || event.metaKey || event.altKey) return;
    // Else the map would move as well.
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 1 : step;
    const from = this.map.project(this.marker.getLngLat());
    const to = this.map.unproject([from.x + way[0] * far, from.y + way[1] * far]);
    this.choose([to.lng, to.lat]);
    this.keepInView([to.lng, to.lat]);
  }

  /** Moves the map only as far as is needed to see the place. */
  keepInView(at: Position): void {
    const { x, y } = this.map.project(at);
    const { clientWidth, clientHeight } = this.map.getContainer();
    const margin = 48;
    if (x < margin || y < margin || x > clientWidth - margin || y > clientHeight - margin) this.map.panTo(at, { duration: 200 });
  }

  /** Goes to a place, at least as near as `zoom`. */
  moveTo(at: Position, zoom: number): void {
    this.map.easeTo({ center: at, zoom: Math.max(zoom, this.map.getZoom()), duration: 500 });
  }

  /** Shows everything. */
  whole(): void {
    if (this.options.bounds) this.map.fitBounds(this.options.bounds as LngLatBoundsLike, { padding: room, duration: 500 });
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
    this.marker?.getElement().focus();
  }

  get zoom(): number {
    return this.map.getZoom();
  }

  close(): void {
    this.closed = true;
    this.map.remove();
  }
}

const svg = 'http://www.w3.org/2000/svg';

/** The pin as a button: it can be dragged, tapped and moved by keys. */
function pinElement(label: string): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'pin';
  button.setAttribute('aria-label', label);
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('viewBox', '0 0 44 54');
  drawing.setAttribute('aria-hidden', 'true');
  const drop = document.createElementNS(svg, 'path');
  drop.setAttribute('d', 'M22 52C22 52 38 33 38 19A16 16 0 0 0 6 19C6 33 22 52 22 52Z');
  const eye = document.createElementNS(svg, 'circle');
  for (const [name, value] of [['cx', '22'], ['cy', '19'], ['r', '6']] as const) eye.setAttribute(name, value);
  drawing.append(drop, eye);
  button.append(drawing);
  return button;
}
