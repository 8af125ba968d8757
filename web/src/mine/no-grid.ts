import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { dutiesIn } from '../dispatch/people.ts';
import { pageAddress } from '../page/settings.ts';
import { CaseworkElement } from '../page/casework-element.ts';
import { rightsOf } from '../sign-in/rights.ts';
import type { Session } from '../sign-in/session.ts';

/** What stands in place of the list for an account that holds no grid: whose it is, whom to ask, and where to go on. Event: `leave`. */
@customElement('weige-no-grid')
export class NoGrid extends CaseworkElement {
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) jurisdiction = '';

  protected override render() {
    const { t, s, session } = this;
    const rights = rightsOf(session, this.jurisdiction);
    const way = (may: boolean, path: string, name: string) => (may ? html`<a class="secondary" href=${pageAddress(path, location.search)}>${name}</a>` : nothing);
    return html`<section class="card gate"><h1>${t.titleMine}</h1><p>${t.signedInAs(session.name)}</p>
      <p class="notice warn" role="alert">${s.mineNoGrid}</p><p>${s.mineNoGridAsk}</p>
      <div class="buttons">${way(dutiesIn(session.grants, this.jurisdiction).reassigns, '/dispatch/', t.titleDispatch)}${way(rights.edits, '/edit/', t.titleEdit)}${way(rights.addresses, '/gazetteer/', t.titleGazetteer)}</div>
      <button type="button" class="primary" @click=${() => this.dispatchEvent(new CustomEvent('leave'))}>${s.mineOtherAccount}</button></section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-no-grid': NoGrid }
}
