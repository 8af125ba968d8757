import type { ReactiveControllerHost } from 'lit';
import type { Client } from '../contract/client.ts';
import { nothing, publicPoints, type PointCollection } from '../map/features.ts';
import { POINTS_FROM_ZOOM } from '../map/sources.ts';

/** The open reports in the part of the map that is looked at: an aid, without which the page does as well. */
export class Around {
  points: PointCollection = nothing;
  private shown: string | undefined;

  constructor(private readonly host: ReactiveControllerHost) {}

  /** Asks for those in a box (west, south, east, north; degrees), from the zoom on at which single ones are shown, unless they were asked for. */
  async look(client: Client, { bounds, zoom }: { bounds: [number, number, number, number]; zoom: number }): Promise<void> {
    if (zoom < POINTS_FROM_ZOOM || this.shown === String(bounds)) return;
    this.shown = String(bounds);
    try {
      const bbox = bounds.map((one) => one.toFixed(6)).join(',');
      this.points = publicPoints(await client.get('/v1/{jurisdiction}/reports', { query: { bbox, limit: 500 } }));
      this.host.requestUpdate();
    } catch {
      this.shown = undefined; // the next move asks again
    }
  }

  /** There is another: the next move asks for them again. */
  changed(): void {
    this.shown = undefined;
  }
}
