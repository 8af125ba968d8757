import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { sentence } from '../contract/errors.ts';
import type { ContactReadings } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import { CaseworkElement } from '../page/casework-element.ts';
import type { Desk } from './desk.ts';
import { nameOf } from './people.ts';

/** Who read the contact details of a report, when and why; asked for when somebody looks. */
@customElement('weige-readings')
export class Readings extends CaseworkElement {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) report = '';
  @state() private found: ContactReadings['readings'] | undefined;
  @state() private wrong = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('report') && this.closest('details')?.open) void this.ask();
  }

  /** Looks who did up to now. */
  async ask(): Promise<void> {
    const { report } = this;
    this.found = undefined;
    this.wrong = '';
    try {
      const { readings } = await this.desk.client.get('/v1/{jurisdiction}/contact-readings', { query: { report } });
      if (report === this.report) this.found = readings;
    } catch (error) {
      if (report === this.report) this.wrong = sentence(this.t, error);
    }
  }

  protected override render() {
    const { t, s, desk, found } = this;
    if (this.wrong) return html`<p class="wrong" role="alert">${this.wrong}</p>`;
    if (!found) return html`<p class="hint" role="status">${t.loading}</p>`;
    return found.length === 0 ? html`<p class="hint">${s.readingsNone}</p>` : html`<ol class="timeline">${found.map(({ at, who, reason }) => html`<li>
      <time datetime=${at}>${moment(t, desk.setting.jurisdiction.time_zone, at)}</time> ${who === desk.session.person ? s.you : nameOf(desk, who) ?? who}${reason ? html`<br><span class="said">${reason}</span>` : nothing}</li>`)}</ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-readings': Readings }
}
