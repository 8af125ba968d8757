import { Marker, type Map as MapLibre } from 'maplibre-gl';
import type { Position } from '../contract/areas.ts';
import type { Catalogue } from '../locale/locale.ts';

const svg = 'http://www.w3.org/2000/svg';

/** The pin as a button: it can be dragged, tapped and moved by keys. */
function pinElement(): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'pin';
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

/** Pixels the pin moves by an arrow key; with Shift one. */
const step = 12;

const directions: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The pin of a map: where somebody pointed at, in degrees, WGS 84. `moved` is told where it was dragged to, or moved by keys. */
export class Pin {
  private marker: Marker | undefined;
  private held = false;

  constructor(private readonly map: MapLibre, private texts: Catalogue, private readonly moved: (to: Position, by: 'drag' | 'key') => void) {}

  /** Where it stands; undefined while there is none. */
  get at(): Position | undefined {
    const at = this.marker?.getLngLat();
    return at && [at.lng, at.lat];
  }

  /** Puts it; undefined takes it away. */
  put(at: Position | undefined): void {
    if (!at) {
      this.marker?.remove();
      this.marker = undefined;
    } else if (this.marker) this.marker.setLngLat(at);
    else this.make(at);
  }

  /** Names it in another language. */
  speak(texts: Catalogue): void {
    this.texts = texts;
    this.name();
  }

  /** Whether it stays where it stands. */
  hold(held: boolean): void {
    this.held = held;
    this.name();
  }

  /** Gives it the keyboard. */
  focus(): void {
    this.marker?.getElement().focus();
  }

  private make(at: Position): void {
    const element = pinElement();
    element.addEventListener('keydown', (event) => this.key(event));
    const marker = new Marker({ element, anchor: 'bottom' }).setLngLat(at).addTo(this.map);
    marker.on('dragend', () => this.tell('drag'));
    // A click on the pin is not a click on the ground below it.
    element.addEventListener('click', (event) => event.stopPropagation());
    this.marker = marker;
    this.name();
  }

  private name(): void {
    this.marker?.setDraggable(!this.held);
    this.marker?.getElement().setAttribute('aria-label', this.held ? this.texts.placeLabel : this.texts.pinLabel);
    this.marker?.getElement().setAttribute('aria-disabled', this.held ? 'true' : 'false');
  }

  private tell(by: 'drag' | 'key'): void {
    if (this.at) this.moved(this.at, by);
  }

  private key(event: KeyboardEvent): void {
    const way = directions[event.key];
    if (!way || !this.marker || this.held || event.ctrlKey || event.metaKey || event.altKey) return;
    // Else the map would move as well.
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 1 : step;
    const from = this.map.project(this.marker.getLngLat());
    this.marker.setLngLat(this.map.unproject([from.x + way[0] * far, from.y + way[1] * far]));
    this.tell('key');
  }
}
