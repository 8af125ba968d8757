import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { distance } from '../locale/format.ts';
import { ResidentElement } from '../page/resident-element.ts';
import { findMe, type GeolocationTrouble } from './geolocation.ts';
import type { ChosenPlace } from './place-tools.ts';

/** The ways to a place that come first: where the device is. Event: `place` {ChosenPlace}, again for each fix that is better. */
@customElement('weige-find-place')
export class FindPlace extends ResidentElement {
  @state() private finding = false;
  @state() private found: number | undefined;
  @state() private trouble: GeolocationTrouble | undefined;
  private stop: (() => void) | undefined;

  override disconnectedCallback(): void {
    this.stop?.();
    super.disconnectedCallback();
  }

  /** Called when a place was chosen otherwise: a later fix of the device must not take it away again. */
  placeChosenElsewhere(): void {
    this.stop?.();
    this.finding = false;
    this.found = undefined;
    this.trouble = undefined;
  }

  private whereAmI(): void {
    this.placeChosenElsewhere();
    this.finding = true;
    this.stop = findMe(
      navigator.geolocation,
      (fix, final) => {
        this.found = fix.accuracy;
        this.finding = !final;
        this.dispatchEvent(new CustomEvent<ChosenPlace>('place', { detail: { ...fix, datum: 'WGS84' } }));
      },
      (why) => {
        this.finding = false;
        this.trouble = why;
      },
    );
  }

  protected override render() {
    const t = this.t;
    const said = this.trouble === 'denied' ? t.geoDenied : this.trouble ? t.geoFailed
      : this.found !== undefined ? (this.finding ? t.locatingBetter(distance(t, this.found)) : t.locatedMe(distance(t, this.found))) : this.finding ? t.locatingMe : '';
    return html`<button type="button" class="primary find-me" @click=${() => this.whereAmI()}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="6.5" /><path d="M12 1.5v5M12 17.5v5M1.5 12h5M17.5 12h5" /></svg>${t.whereAmI}</button>
      <p class="hint geo" role="status">${said}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-find-place': FindPlace }
}
