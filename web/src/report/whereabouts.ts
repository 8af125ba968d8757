import type { Position } from '../contract/areas.ts';
import type { Located } from '../contract/schemas.ts';
import type { Setting } from '../page/settings.ts';
import type { Place } from './draft.ts';
import type { ChosenPlace } from './place-tools.ts';
import { otherSides, placesIn } from './sides.ts';

/** What it needs of the page that shows it. */
interface Surroundings {
  setting(): Setting | undefined;
  /** This is the place that is reported from now on; undefined while it is not known in WGS 84. */
  placed(place: Place | undefined): void;
  /** Where the place is, as soon as that is known in WGS 84. */
  known(at: Pick<Place, 'lon' | 'lat'>): void;
  /** It is asked on which side of an edge the place is. */
  nearEdge(): void;
  changed(): void;
}

/** Who answers for the place of a report that is being written, and on which side of an edge it is. */
export class Whereabouts {
  located: Located | 'asking' | 'failed' | undefined;
  /** Which side of an edge it is on was answered; or could not be gone to. */
  side: 'asked' | 'sure' | 'failed' = 'asked';
  private asking: AbortController | undefined;
  private readonly page: Surroundings;

  constructor(page: Surroundings) {
    this.page = page;
  }

  /** Code of the finest area that holds the place; empty where none is known to. */
  get finest(): string {
    return typeof this.located === 'object' ? (this.located.chain.at(-1)?.code ?? '') : '';
  }

  /** Codes of the areas that may hold it too, as long as that is asked. */
  get beside(): readonly string[] {
    return typeof this.located === 'object' && this.side !== 'sure' ? otherSides(this.located).map((one) => one.code) : [];
  }

  /** Takes a place and asks who answers for it. A later place makes the answer to an earlier one worthless. */
  async locate({ lon, lat, accuracy, datum }: ChosenPlace): Promise<void> {
    const setting = this.page.setting();
    if (!setting) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    // A place of another datum is known only once the server has answered where it is.
    this.page.placed(datum === 'WGS84' ? { lon, lat, accuracy } : undefined);
    this.stands('asking', 'asked');
    if (datum === 'WGS84') this.page.known({ lon, lat });
    try {
      const located = await setting.client.get('/v1/{jurisdiction}/locate', { query: { lon, lat, accuracy, datum } }, asking.signal);
      if (asking.signal.aborted) return;
      this.stands(located, this.side);
      if (otherSides(located).length > 0) this.page.nearEdge();
      if (datum === 'WGS84') return;
      this.page.placed({ lon: located.proof.lon, lat: located.proof.lat, accuracy });
      this.page.known(located.proof);
    } catch {
      if (!asking.signal.aborted) this.stands('failed', this.side);
    }
  }

  /** Takes the place over the edge into the area of a code, and gives where it is then; undefined where it cannot be taken there, or is not any more. */
  async cross(code: string): Promise<Position | undefined> {
    const { located } = this;
    if (typeof located !== 'object') return undefined;
    for (const at of placesIn(located, code, this.page.setting()?.areas.area(code)?.label)) {
      await this.locate({ lon: at[0], lat: at[1], accuracy: 0, datum: 'WGS84' });
      if (typeof this.located !== 'object') return undefined;
      if (this.finest !== code) continue;
      this.stay();
      return at;
    }
    await this.locate({ lon: located.proof.lon, lat: located.proof.lat, accuracy: located.proof.accuracy ?? 0, datum: 'WGS84' });
    this.stands(this.located, 'failed');
    return undefined;
  }

  /** It is on the side where it stands. */
  stay(): void {
    this.stands(this.located, 'sure');
  }

  /** There is no place any more. */
  forget(): void {
    this.asking?.abort();
    this.stands(undefined, this.side);
  }

  private stands(located: Whereabouts['located'], side: Whereabouts['side']): void {
    this.located = located;
    this.side = side;
    this.page.changed();
  }
}
