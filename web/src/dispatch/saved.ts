import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { StaffElement } from '../page/staff-element.ts';
import { store } from '../page/store.ts';
import { noFilters, filtersIn, sameList, searchWith, type Filters } from './filters.ts';

/** A view somebody kept: a name and the query of its address. */
export interface Saved {
  name: string;
  search: string;
}

/** How many views are kept, and how long their names are. */
const mostSaved = 20;
const longestName = 40;

/** The views kept on this device for a jurisdiction; whatever is not one is left out. */
export function savedIn(text: string | null): Saved[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(list)) return [];
    return list.filter((one: Partial<Saved> | null): one is Saved => typeof one?.name === 'string' && one.name !== '' && typeof one.search === 'string').slice(0, mostSaved);
  } catch {
    return [];
  }
}

/** The views with one more; one of the same name is replaced. */
export function withSaved(list: readonly Saved[], name: string, filters: Filters): Saved[] {
  const one = { name: name.trim().slice(0, longestName), search: searchWith('', { ...filters, report: '' }) };
  return [...list.filter((other) => other.name !== one.name), one].slice(-mostSaved);
}

/** Views kept on this device: take one, keep the present one, drop one. Event: `take` {Filters}. */
@customElement('weige-saved')
export class SavedViews extends StaffElement {
  @property({ attribute: false }) jurisdiction = '';
  @property({ attribute: false }) filters: Filters = noFilters;

  @state() private list: readonly Saved[] = [];
  @state() private name = '';

  private get key(): string {
    return `weige.views.${this.jurisdiction}`;
  }

  protected override firstUpdated(): void {
    this.list = savedIn(store()?.getItem(this.key) ?? null);
  }

  private keep(list: readonly Saved[]): void {
    this.list = list;
    try {
      store()?.setItem(this.key, JSON.stringify(list));
    } catch {
      // A full store: the views then last as long as the page.
    }
  }

  private add(event: SubmitEvent): void {
    event.preventDefault();
    if (!this.name.trim()) return void this.focusOn('#saved-name');
    this.keep(withSaved(this.list, this.name, this.filters));
    this.name = '';
  }

  protected override render() {
    const { s } = this;
    return html`<details class="saved"><summary>${s.savedTitle}${this.list.length > 0 ? html` <span class="chip">${this.list.length}</span>` : nothing}</summary>
      <ul>${this.list.map((one) => html`<li><button type="button" class="quiet" aria-pressed=${sameList(filtersIn(one.search), this.filters) ? 'true' : 'false'}
          @click=${() => this.dispatchEvent(new CustomEvent<Filters>('take', { detail: filtersIn(one.search) }))}>${one.name}</button>
        <button type="button" class="quiet" aria-label=${s.savedDrop(one.name)} @click=${() => this.keep(this.list.filter((other) => other !== one))}>×</button></li>`)}</ul>
      <form @submit=${(event: SubmitEvent) => this.add(event)}><div class="field"><label for="saved-name">${s.savedName}</label>
        <input id="saved-name" maxlength=${longestName} autocomplete="off" .value=${this.name} @input=${(event: Event) => { this.name = (event.target as HTMLInputElement).value; }}></div>
        <button class="secondary">${s.savedKeep}</button></form></details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-saved': SavedViews }
}
