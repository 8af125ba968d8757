import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { staffTexts } from '../locale/staff.ts';
import { findMe } from '../report/geolocation.ts';
import type { Place } from './order.ts';

/** Where somebody is, asked for as long as the list is there to be sorted by it, and no longer; neither kept nor sent. */
export class Finding implements ReactiveController {
  here: Place | undefined;
  /** What there is to say about it. */
  said: 'locating' | 'located' | 'nowhere' | undefined;
  private end: () => void = () => undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.end();
  }

  /** What there is to say, in words. */
  get words(): string {
    const { mineLocating: locating, mineLocated: located, mineNoPlace: nowhere } = staffTexts();
    return this.said ? { locating, located, nowhere }[this.said] : '';
  }

  begin(): void {
    this.end();
    this.say('locating');
    this.end = findMe(navigator.geolocation, ({ lon, lat }) => {
      this.here = { lon, lat };
      this.say('located');
    }, () => this.say('nowhere'));
  }

  /** Asks no more; what was found stays. */
  stop(): void {
    this.end();
    this.end = () => undefined;
    if (this.said === 'locating') this.say(undefined);
  }

  /** Asks no more, and forgets what was found. */
  forget(): void {
    this.stop();
    this.here = undefined;
    this.say(undefined);
  }

  private say(what: typeof this.said): void {
    this.said = what;
    this.host.requestUpdate();
  }
}
