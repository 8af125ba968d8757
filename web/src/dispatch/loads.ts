import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { CaseworkElement } from '../page/casework-element.ts';
import type { Desk } from './desk.ts';
import type { Filters } from './filters.ts';
import { loadsOf, mostPersons, type Load } from './load.ts';
import { everybody } from './people.ts';

/**
 * What each person whom the roster names has in hand, those with most first, within the area that is filtered for. Persons are asked about a
 * page at a time, when somebody looks. Event: `take` {assignee}, to see what one of them has.
 */
@customElement('weige-loads')
export class Loads extends CaseworkElement {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) filters!: Filters;
  @state() private loads = new Map<string, Load>();
  @state() private asked = 0;
  @state() private busy = false;
  private asking = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('filters') as Filters | undefined;
    if (changed.has('filters') && before?.area !== this.filters.area) void this.ask(0);
  }

  private get persons(): { person: string; name: string }[] {
    const { desk: { roster, setting: { areas } }, filters: { area } } = this;
    return everybody(area ? roster.filter((duty) => areas.chain(duty.area).some((one) => one.code === area)) : roster);
  }

  /** Asks about the next persons, from a position on; from 0 on everything is forgotten first. */
  private async ask(from: number): Promise<void> {
    const mine = ++this.asking;
    if (from === 0) this.loads = new Map();
    this.asked = Math.min(from + mostPersons, this.persons.length);
    this.busy = true;
    const found = await loadsOf(this.desk.client, this.persons.slice(from, this.asked).map((one) => one.person));
    if (mine !== this.asking) return;
    this.loads = new Map([...this.loads, ...found]);
    this.busy = false;
  }

  protected override render() {
    const { s, t, persons } = this;
    const known = persons.filter(({ person }) => this.loads.has(person)).map((one) => ({ ...one, load: this.loads.get(one.person) as Load }))
      .sort((a, b) => b.load.open - a.load.open || b.load.late - a.load.late);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${s.loadTitle}><table class="gives"><caption class="sr">${s.loadTitle}</caption>
      <thead><tr><th scope="col">${s.loadPerson}</th><th scope="col" class="number">${s.loadNow}</th><th scope="col" class="number">${s.loadLate}</th></tr></thead>
      <tbody>${known.map(({ person, name, load }) => html`<tr>
        <th scope="row"><button type="button" class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('take', { detail: person }))}>${name}</button></th>
        <td class="number">${load.more ? s.loadMore(String(load.open)) : load.open}</td><td class="number">${load.late > 0 ? `! ${load.late}` : 0}</td></tr>`)}</tbody></table></div>
      ${this.asked < persons.length || this.busy ? html`<button type="button" class="secondary" aria-disabled=${this.busy ? 'true' : 'false'} @click=${() => { if (!this.busy) void this.ask(this.asked); }}>${this.busy ? t.loading : s.listMore}</button>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-loads': Loads }
}
