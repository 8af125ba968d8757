import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AreaTree } from '../contract/areas.ts';
import type { Datum } from '../contract/schemas.ts';
import { said } from '../locale/format.ts';
import { PageElement } from '../page/element.ts';
import { byTouch } from '../page/touch.ts';
import { areasToChoose } from './choice.ts';
import type { Place } from './draft.ts';

/** A place somebody chose by other means than the map, in the datum they gave. */
export interface ChosenPlace extends Place {
  datum: Datum;
}

const datums: readonly Datum[] = ['WGS84', 'CGCS2000', 'GCJ02', 'BD09'];

/**
 * Ways to a place without pointing: the middle of the map, the list of areas, coordinates. Events: `place`
 * {ChosenPlace}, `centre`.
 */
@customElement('weige-place-tools')
export class PlaceTools extends PageElement {
  @property({ attribute: false }) areas!: AreaTree;
  @property({ attribute: false }) place: Place | undefined;
  @property({ type: Boolean }) mapped = true;

  @state() private codes: string[] = [];
  @state() private wrong: { lon?: string; lat?: string } = {};

  private tell(place: ChosenPlace): void {
    this.dispatchEvent(new CustomEvent<ChosenPlace>('place', { detail: place }));
  }

  /** Called when a place was chosen otherwise: the list must not go on naming another. */
  placeChosenElsewhere(): void {
    this.codes = [];
  }

  private chooseArea(level: number, code: string): void {
    this.codes = [...Array.from({ length: level }, (_, at) => this.codes[at] ?? ''), ...(code ? [code] : [])];
    const area = this.areas.area(this.codes.at(-1) ?? '');
    if (area) this.tell({ lon: area.label[0], lat: area.label[1], accuracy: 0, datum: 'WGS84' });
  }

  private useCoordinates(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const read = (name: string, most: number) => {
      const text = String(form.get(name) ?? '').trim();
      const value = Number(text);
      return text !== '' && Number.isFinite(value) && Math.abs(value) <= most ? value : undefined;
    };
    const [lon, lat] = [read('lon', 180), read('lat', 90)];
    this.wrong = { ...(lon === undefined ? { lon: this.t.badLongitude } : {}), ...(lat === undefined ? { lat: this.t.badLatitude } : {}) };
    if (lon === undefined || lat === undefined) {
      void this.focusOn('[aria-invalid=true]');
      return;
    }
    this.tell({ lon, lat, accuracy: 0, datum: String(form.get('datum')) as Datum });
  }

  protected override render() {
    const t = this.t;
    return html`
      ${this.mapped && !byTouch() ? html`<div class="buttons">
        <button type="button" class="secondary" @click=${() => this.dispatchEvent(new CustomEvent('centre'))}>${t.useCentre}</button></div>` : nothing}
      <details ?open=${!this.mapped}>
        <summary>${t.withoutMap}</summary>
        <div class="without-map">
          ${this.areaSelects()}
          ${this.coordinates()}
        </div>
      </details>`;
  }

  private areaSelects() {
    const t = this.t;
    const levels = this.areas.levels.map((level, at) => ({ level, at, list: areasToChoose(this.areas, this.codes, at) }));
    return html`<fieldset class="choose-area">
      <legend>${t.chooseArea}</legend>
      <p class="hint">${t.chooseAreaNote}</p>
      ${levels.filter(({ list }) => list.length > 0).map(({ level, at, list }) => {
        const name = said(level.name, this.language);
        return html`<div class="field"><label for="area-${at}">${name}</label>
          <select id="area-${at}" @change=${(event: Event) => this.chooseArea(at, (event.target as HTMLSelectElement).value)}>
            <option value="" .selected=${!this.codes[at]}>${t.chooseAreaAny(name)}</option>
            ${list.map((area) => html`<option value=${area.code} .selected=${this.codes[at] === area.code}>${area.name}</option>`)}
          </select></div>`;
      })}
    </fieldset>`;
  }

  private coordinates() {
    const t = this.t;
    const field = (name: 'lon' | 'lat', label: string, value: number | undefined) => html`<div class="field">
      <label for="coordinate-${name}">${label}</label>
      <input id="coordinate-${name}" name=${name} inputmode="decimal" autocomplete="off" .value=${value === undefined ? '' : value.toFixed(6)}
        aria-invalid=${this.wrong[name] ? 'true' : 'false'} aria-describedby="coordinate-${name}-wrong">
      <p class="wrong" id="coordinate-${name}-wrong">${this.wrong[name] ?? ''}</p></div>`;
    return html`<form class="coordinates" novalidate @submit=${(event: SubmitEvent) => this.useCoordinates(event)}>
      <fieldset><legend>${t.coordinates}</legend>
        <div class="pair">${field('lon', t.longitude, this.place?.lon)}${field('lat', t.latitude, this.place?.lat)}</div>
        <div class="field"><label for="coordinate-datum">${t.datum}</label>
          <select id="coordinate-datum" name="datum">${datums.map((datum) => html`<option value=${datum}>${t[`datum${datum}`]}</option>`)}</select></div>
        <button class="secondary">${t.useCoordinates}</button>
      </fieldset></form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-place-tools': PlaceTools }
}
