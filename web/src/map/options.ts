import type { Position } from '../contract/areas.ts';
import type { Catalogue } from '../locale/locale.ts';
import type { Basemap } from '../page/settings.ts';
import type { StyleOptions } from './style.ts';

/** What happens on the map. */
export interface MapEvents {
  /** A place was pointed at, by click, by dragging the pin or by its keys; accuracy in metres. */
  chosen?(at: Position, accuracy: number): void;
  /** The middle of the map came to the pin, or left it. */
  aimed?(onPin: boolean): void;
  /** A report's point was clicked. */
  picked?(report: string): void;
  /** An area was clicked while areas are being picked. */
  areaPicked?(code: string): void;
  /** The map came to rest. `bounds` is west, south, east, north. */
  moved?(bounds: [number, number, number, number], zoom: number): void;
  /** A part of the map could not be fetched: of what lies under the areas, or of the areas themselves; undefined once it could. */
  troubled?(part: 'basemap' | 'areas' | undefined): void;
  /** The first picture is complete. */
  drawn?(): void;
}

/** What a map shows from the beginning, and what is done with it. */
export interface OwnerOptions extends StyleOptions {
  container: HTMLElement;
  texts: Catalogue;
  /** What the map shows, for those who do not see it. */
  label: string;
  /** Where to begin, close up. */
  focusAt?: Position;
  events: MapEvents;
  /** What lies under the areas; the map does not wait for it. */
  basemap?: Basemap;
  /** Bearer token for the tiles of reports. */
  token?: () => string | undefined;
  /** One finger scrolls the page, two move the map. */
  cooperative: boolean;
  /** Places can be pointed at. */
  choosing: boolean;
}
