import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Client } from '../contract/client.ts';
import { ResidentElement } from '../page/resident-element.ts';
import type { ChosenPlace } from './place-tools.ts';

/** A way to go on from what was typed, or what an address may mean. */
interface Choice {
  text: string;
  /** The areas that hold it, which tell two of one name apart. */
  where: string;
  lon: number;
  lat: number;
  metres: number;
}

/** Milliseconds after the last key before it is asked what begins like this. */
const rest = 180;
/** Metres within which a road or an estate is meant, where nobody says how exactly. */
const vague = 100;

/**
 * A box for an address, which is completed while it is typed. Events: `place` {ChosenPlace}; `unfound` {string}, an address that is to be reported as it
 * is written; `unpin`, when the place that was chosen before is to go.
 */
@customElement('weige-address')
export class AddressBox extends ResidentElement {
  @property({ attribute: false }) client!: Client;
  /** Where whoever types is looking, so that what is near comes first. */
  @property({ attribute: false }) near: { lon: number; lat: number } | undefined;

  @state() private choices: readonly Choice[] = [];
  @state() private said = '';
  /** An address that was not found, while it is asked what to do. */
  @state() private unfound = '';
  /** What was looked for last, or chosen; other text is still being typed. */
  private asked = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | undefined;

  override disconnectedCallback(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    super.disconnectedCallback();
  }

  private get typed(): string {
    return this.querySelector('input')?.value.trim() ?? '';
  }

  /**
   * Called when a place was chosen otherwise, or there is none any more: an address of another must not go on standing here. `pressed`: somebody chose
   * it just now, and no longer waits for that of an address; a fix of the device may have been asked for before.
   */
  placeChosenElsewhere(pressed = true): void {
    const input = this.querySelector('input');
    if (pressed && this.said === this.t.addressFinding) {
      this.next();
      this.said = '';
      this.choices = [];
    }
    if (!input || this.typed !== this.asked) return;
    this.next();
    input.value = this.said = '';
    this.choices = [];
  }

  /** A later question makes the answer to an earlier one worthless. */
  private next(): AbortSignal {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.unfound = '';
    return (this.asking = new AbortController()).signal;
  }

  private typing(): void {
    const signal = this.next();
    this.said = '';
    if (this.typed === '') this.choices = [];
    else this.timer = setTimeout(() => void this.complete(this.typed, signal), rest);
  }

  private async complete(q: string, signal: AbortSignal): Promise<void> {
    try {
      const { suggestions } = await this.client.get('/v1/{jurisdiction}/addresses', { query: { q, limit: 6, ...this.near } }, signal);
      if (signal.aborted) return;
      this.choices = suggestions.map(({ text, kind, lon, lat, chain }) => ({ text, lon, lat, where: chain.slice(-2).map((area) => area.name).join(' '), metres: kind === 'place' ? vague : 10 }));
    } catch {
      if (!signal.aborted) this.choices = []; // an aid; the whole address can still be looked for
    }
  }

  private async find(event: Event): Promise<void> {
    event.preventDefault();
    const signal = this.next();
    const { t, typed: address } = this;
    if (!address) return;
    this.said = t.addressFinding;
    try {
      const { address: found } = await this.client.get('/v1/{jurisdiction}/locate', { query: { address } }, signal);
      if (signal.aborted) return;
      const all = (found?.candidates ?? []).map(({ text, lon, lat, metres, chain }) => ({ text, lon, lat, where: chain.slice(-2).map((area) => area.name).join(' '), metres: metres ?? vague }));
      const first = all[0];
      this.asked = address;
      this.choices = found?.ambiguous ? all.slice(0, 6) : [];
      this.unfound = first ? '' : address;
      this.said = !first ? t.addressNone : found?.ambiguous ? t.addressWhich : '';
      if (first && !found?.ambiguous) this.choose(first, found?.ask);
    } catch {
      if (!signal.aborted) this.said = t.addressFailed;
    }
  }

  private choose({ text, lon, lat, metres }: Choice, ask?: string): void {
    this.next();
    const input = this.querySelector('input');
    if (input) input.value = this.asked = text;
    this.choices = [];
    this.said = ask === 'building' ? this.t.addressBuilding : ask === 'number' ? this.t.addressNumber : '';
    this.dispatchEvent(new CustomEvent<ChosenPlace>('place', { detail: { lon, lat, accuracy: Math.min(10_000, metres), datum: 'WGS84' } }));
  }

  /** Goes on from an address that was not found. */
  private goOn(event?: 'unfound' | 'unpin'): void {
    const detail = this.unfound;
    this.unfound = '';
    this.said = '';
    if (event) this.dispatchEvent(new CustomEvent<string>(event, { detail }));
    else this.querySelector('input')?.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || (this.choices.length === 0 && !this.unfound)) return;
    this.choices = [];
    this.unfound = '';
    this.querySelector('input')?.focus();
  }

  protected override render() {
    const t = this.t;
    return html`<form role="search" class="address" @submit=${(event: Event) => void this.find(event)} @keydown=${(event: KeyboardEvent) => this.key(event)}>
      <label for="address">${t.address}</label>
      <div class="address-row"><input id="address" name="address" maxlength="200" autocomplete="off" enterkeyhint="search" placeholder=${t.addressExample} aria-describedby="address-said" @input=${() => this.typing()}>
        <button class="secondary">${t.addressFind}</button></div>
      ${this.choices.length > 0 ? html`<ul class="address-choices" aria-label=${t.addressChoices}>${this.choices.map((one) => html`<li>
        <button type="button" @click=${() => this.choose(one)}><span>${one.text}</span><span class="hint">${one.where}</span></button></li>`)}</ul>` : nothing}
      ${this.unfound ? html`<div class="address-choices unfound" role="group" aria-labelledby="address-unfound">
        <p id="address-unfound">${t.addressNone} ${this.near ? t.addressPinStays : ''}</p><ul>
        <li><button type="button" @click=${() => this.goOn('unfound')}>${this.near ? t.addressAsWrittenNoPin : t.addressAsWritten}</button></li>
        ${this.near ? html`<li><button type="button" @click=${() => this.goOn('unpin')}>${t.addressUnpin}</button></li>` : nothing}
        <li><button type="button" @click=${() => this.goOn()}>${t.addressOther}</button></li></ul></div>` : nothing}
      <p class="hint" id="address-said" role="status">${this.said}</p>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-address': AddressBox }
}
