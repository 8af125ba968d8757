import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Position } from '../contract/areas.ts';
import { Refusal, sentence } from '../contract/errors.ts';
import type { AddressAnswer, AddressCandidate } from '../contract/schemas.ts';
import { distance } from '../locale/format.ts';
import '../map/element.ts';
import type { MapElement } from '../map/element.ts';
import type { Setting } from '../page/settings.ts';
import { GazetteerElement } from './element.ts';

/** Close up where the place is certain; the farther away it may be, the more is shown around it. */
function zoomFor(metres: number): number {
  return Math.max(12, 16.5 - Math.log2(Math.max(1, metres / 120)));
}

/** Looks an address up as a resident's would be: what it was found to mean, how exactly, where that is and in which grid. Event: `ended` {error}. */
@customElement('weige-gazetteer-try')
export class TryElement extends GazetteerElement {
  @property({ attribute: false }) setting!: Setting;
  @state() private answer: AddressAnswer | undefined;
  @state() private shown = 0;
  @state() private busy = false;
  @state() private trouble = '';
  @query('weige-map') private map!: MapElement | null;

  private async find(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const address = this.querySelector('input')?.value.trim() ?? '';
    if (!address || this.busy) return;
    this.busy = true;
    this.trouble = '';
    try {
      const located = await this.setting.client.get('/v1/{jurisdiction}/locate', { query: { address } });
      this.answer = located.address;
      this.show(0);
    } catch (error) {
      this.answer = undefined;
      if (error instanceof Refusal && error.status === 401) this.dispatchEvent(new CustomEvent('ended', { detail: error }));
      else this.trouble = sentence(this.t, error);
    } finally {
      this.busy = false;
    }
  }

  private show(at: number): void {
    this.shown = at;
    const { place, candidate } = this;
    if (place) void this.updateComplete.then(() => this.map?.moveTo(place, zoomFor(candidate?.metres ?? 0)));
  }

  private get candidate(): AddressCandidate | undefined {
    return this.answer?.candidates[this.shown];
  }

  private get place(): Position | undefined {
    const { candidate } = this;
    return candidate && [candidate.lon, candidate.lat];
  }

  protected override render() {
    const { g, answer } = this;
    return html`<div class="with-map trying"><div class="card"><h2>${g.tryTitle}</h2>
        <form role="search" class="address" @submit=${(event: SubmitEvent) => void this.find(event)}><label for="try-address">${g.tryAddress}</label>
          <div class="try-row"><input id="try-address" maxlength="200" autocomplete="off" enterkeyhint="search" placeholder=${g.tryExample}><button class="primary" aria-disabled=${this.busy ? 'true' : 'false'}>${g.tryGo}</button></div></form>
        ${this.trouble ? html`<p class="notice bad" role="alert">${this.trouble}</p>` : nothing}
        <div role="status">${this.busy ? html`<p>${g.tryFinding}</p>` : answer ? this.verdict(answer) : nothing}</div>
        ${keyed(answer, answer ? html`<ol class="candidates">${answer.candidates.slice(0, 6).map((one, at) => this.found(one, at))}</ol>` : nothing)}</div>
      <weige-map .setting=${this.setting} .label=${g.tryMap} .pin=${this.place} .chosenArea=${this.candidate?.chain.at(-1)?.code ?? ''} .unavailableText=${g.tryNoMap}></weige-map></div>`;
  }

  private verdict({ grade, ambiguous, ask, source, gazetteer }: AddressAnswer) {
    const { g } = this;
    if (!gazetteer && !source) return html`<p class="notice warn">${g.tryNoGazetteer}</p>`;
    if (grade === 'none') return html`<p class="notice warn">${g.tryNone} ${g.ask_address}</p>`;
    const exact = grade === 'building' || grade === 'number';
    return html`<p class="notice ${ambiguous || !exact ? 'warn' : ''}"><strong>${g[`grade_${grade}`]}</strong>${this.t.lang === 'en' ? '.' : '。'}
      ${ambiguous ? g.tryAmbiguous : ''} ${ask ? g[`ask_${ask}`] : ''} ${source === 'amazon-location' ? g.tryOutside : ''}</p>`;
  }

  private found(one: AddressCandidate, at: number) {
    const { g, t, answer } = this;
    const parts = (all: readonly AddressCandidate['matched'][number][]) => all.map((part) => g[`part_${part}`]).join(t.lang === 'en' ? ', ' : '、');
    const many = (answer?.candidates.length ?? 0) > 1;
    return html`<li><h3>${one.text} ${many ? html`<span class="chip">${g[`grade_${one.grade}`]}</span>` : nothing}</h3>
      <dl class="facts"><dt>${g.tryArea}</dt><dd>${one.chain.length > 0 ? html`<ul class="chain">${one.chain.map((area) => html`<li><strong>${area.name}</strong></li>`)}</ul>` : one.spans?.length ? nothing : g.tryNoArea}
          ${one.spans?.length ? html`<p class="hint">${g.tryPartly(one.spans.map((area) => area.name).join(t.lang === 'en' ? ', ' : '、'))}</p>` : nothing}</dd>
        <dt>${g.tryPlace}</dt><dd><code>${one.lon.toFixed(6)}, ${one.lat.toFixed(6)}</code>${one.metres ? html` <span class="hint">${g.tryWithin(distance(t, one.metres))}</span>` : nothing}</dd>
        ${one.building ? html`<dt>${g.tryCode}</dt><dd><code>${one.building}</code></dd>` : nothing}
        ${one.matched.length > 0 ? html`<dt>${g.tryMatched}</dt><dd>${parts(one.matched)}</dd>` : nothing}
        ${one.unmatched.length > 0 ? html`<dt>${g.tryUnmatched}</dt><dd>${parts(one.unmatched)}</dd>` : nothing}</dl>
      ${one.corrected?.map(({ given, used }) => html`<p class="hint">${g.tryCorrected(given, used)}</p>`)}
      ${many ? html`<button type="button" class="quiet" aria-pressed=${at === this.shown ? 'true' : 'false'} @click=${() => this.show(at)}>${g.tryShow}</button>` : nothing}</li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-gazetteer-try': TryElement }
}
