import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Assignee, Photo, StaffReport } from '../contract/schemas.ts';
import { moment, said } from '../locale/format.ts';
import { CaseworkElement } from '../page/casework-element.ts';
import type { PhotoSource } from '../page/photo-list.ts';
import { chainList } from '../report/located.ts';
import { readAnswers } from '../report/questions.ts';
import './contact.ts';
import type { Desk } from './desk.ts';
import { historyView } from './history.ts';
import { dueName, serviceName } from './list.ts';
import { nameOf, staffName } from './people.ts';
import './steps.ts';

// Fetched apart: most reports have no photo.
void import('../page/photo-list.ts');
void import('../page/add-photos.ts');

/** One report as staff see it; another one is shown by another element (`keyed`). Events: `close`, `changed` {StaffReport}, `visit` {report}: another report is asked for; `renew`: it is to be shown as it is now. */
@customElement('weige-panel')
export class Panel extends CaseworkElement {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) report!: StaffReport;
  /** Its photos, where they were fetched with it. */
  @property({ attribute: false }) photos: readonly Photo[] | undefined;
  /** Somebody else changed the report after it was fetched. */
  @property({ type: Boolean }) changed = false;
  @state() private added = 0;

  protected override firstUpdated(): void {
    // Seldom asked for, and drawn once it is there.
    void import('./routing.ts').catch(() => undefined);
  }

  private who(assignee: Assignee): string {
    const { jurisdiction, areas } = this.desk.setting;
    return staffName(this.t, this.language, jurisdiction, areas, assignee);
  }

  /** Role and area, where the name does not say them already, and why it is they. */
  private whoMore(assignee: Assignee): string {
    const { jurisdiction, areas } = this.desk.setting;
    const role = said(jurisdiction.roles?.find((one) => one.role === assignee.role)?.name, this.language) || assignee.role || '';
    const area = assignee.area ? areas.name(assignee.area) : '';
    return [area, role, this.s[`because_${assignee.because}`]].filter(Boolean).join(' · ');
  }

  protected override render() {
    const { t, s, report, desk } = this;
    const { jurisdiction, areas } = desk.setting;
    const zone = jurisdiction.time_zone;
    const changed = (event: CustomEvent<StaffReport>) => this.dispatchEvent(new CustomEvent('changed', { detail: event.detail }));
    const chain = this.chain();
    return html`
      <div class="panel-head"><h2 id="panel-title" tabindex="-1">${serviceName(jurisdiction.services, report.service_code, this.language)}</h2>
        ${keyed(`${report.service_code} ${report.status}`, html`<span class="chip ${report.status === 'received' || report.status === 'returned' ? 'waiting' : ''}">${t[`status_${report.status}_short`]}</span>`)}
        <button type="button" class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('close'))}>${s.panelClose}</button></div>
      <p class="said words">${report.description}</p>
      <div data-room=${report.report}>${keyed(report.version, this.facts(zone))}</div>
      <weige-photo-list data-room=${report.report} .source=${this.photoSource()}></weige-photo-list>
      <weige-add-photos .client=${desk.client} .add=${(photo: string) => this.addPhoto(report.report, photo)} @added=${() => { this.added++; }}></weige-add-photos>
      <weige-steps data-room=${report.report} data-awaited .desk=${desk} .report=${report} @changed=${changed}></weige-steps>
      <section><h3>${s.contact}</h3>
        ${report.has_contact ? html`<weige-contact data-room=${report.report} .client=${desk.client} .report=${report.report}></weige-contact>` : html`<p class="hint">${s.contactNone}</p>`}
        ${report.has_contact && desk.duties.reassigns ? html`<details class="readings" @toggle=${(event: ToggleEvent) => void this.lookAtReadings(event)}><summary>${s.readingsTitle}</summary>
          <weige-readings data-room=${report.report} .desk=${desk} .report=${report.report}></weige-readings></details>` : nothing}</section>
      <weige-routing data-room=${report.report} .desk=${desk} .report=${report.report} .version=${report.version}></weige-routing>
      <details><summary>${s.proof}</summary><dl class="facts">
        <dt>${s.proofVersion}</dt><dd><code>${report.boundary_set}</code></dd>
        <dt>${s.proofPoint}</dt><dd><code>${report.lon.toFixed(7)}, ${report.lat.toFixed(7)}</code></dd>
        ${chain.map((one) => html`<dt>${said(areas.levels.find((level) => level.level === one.level)?.name, this.language)}</dt><dd>${one.name} <code>${one.code}</code></dd>`)}
      </dl></details>
      <section><h3>${s.history}</h3>${this.history(zone)}</section>
      <div class="panel-news" role="status">${this.changed ? html`<div class="notice warn"><p>${s.panelChanged}</p>
        <button type="button" class="secondary" @click=${() => this.dispatchEvent(new CustomEvent('renew'))}>${s.panelRenew}</button></div>` : nothing}</div>`;
  }

  /** What is known of it, whole anew with each version: a row more or less moves no other one about. */
  private facts(zone: string) {
    const { t, s, report, desk } = this;
    const { areas } = desk.setting;
    const chain = this.chain();
    return html`<dl class="facts">
      ${report.public_words ? html`<dt>${t.publicWords}</dt><dd class="said">${report.public_words}</dd>` : nothing}
      ${report.address ? html`<dt>${t.addressWritten}</dt><dd class="said">${report.address}</dd>` : nothing}
      ${this.answers(zone).map(([asked, answered]) => html`<dt>${asked}</dt><dd class="said">${answered}</dd>`)}
      ${report.links?.length ? html`<dt>${s.linksNamed}</dt>${report.links.map((link) => html`<dd class="said"><a href=${link} rel="noreferrer noopener" target="_blank">${link}</a></dd>`)}` : nothing}
      <dt>${s.assignee}</dt><dd><strong class="assignee-now">${this.who(report.assignee)}</strong><br><span class="hint">${this.whoMore(report.assignee)}</span></dd>
      <dt>${t.placeLabel}</dt><dd>${chain.length > 0 ? chainList(t, areas, chain) : report.address_grade === 'none' ? t.placeUnknown : t.outside}</dd>
      <dt>${t.filedAt}</dt><dd>${moment(t, zone, report.filed_at)}</dd>
      ${report.paused ? html`<dt>${s.dueAt}</dt><dd>${s.paused}</dd>` : report.due ? html`<dt>${dueName(s, report)}</dt><dd>${t.dueBy(moment(t, zone, report.due))}${report.late ? html` <span class="chip late">${s.late}</span>` : nothing}</dd>` : nothing}
    </dl>`;
  }

  /** The areas that it lies in, from coarse to fine. */
  private chain() {
    const { areas } = this.desk.setting;
    return this.report.chain.map((code) => ({ level: areas.area(code)?.level ?? '', code, name: areas.name(code) }));
  }

  private async lookAtReadings({ newState, target }: ToggleEvent): Promise<void> {
    if (newState !== 'open') return;
    const known = customElements.get('weige-readings') !== undefined;
    await import('./readings.ts'); // it asks by itself when it comes into an open part
    if (known) await (target as Element).querySelector('weige-readings')?.ask();
  }

  private addPhoto(report: string, photo: string): Promise<unknown> {
    return this.desk.client.post('/v1/{jurisdiction}/reports/{report}/photos', { path: { report }, body: { photo } });
  }

  private photoSource(): PhotoSource {
    const { client, duties } = this.desk;
    const { report } = this.report;
    const source: PhotoSource = { of: `${report} ${this.added}`, list: async () => (await client.get('/v1/{jurisdiction}/photos', { query: { report } })).photos };
    if (this.photos && this.added === 0) source.first = this.photos;
    if (duties.reassigns) {
      source.release = async (photo, released) => (await client.put('/v1/{jurisdiction}/reports/{report}/photos/{photo}/release', { path: { report, photo }, body: { released } })).photos;
    }
    return source;
  }

  private answers(zone: string) {
    const { report, desk } = this;
    const service = desk.setting.jurisdiction.services.find((one) => one.service_code === report.service_code);
    return readAnswers(service, report.answers, this.language, (at) => moment(this.t, zone, at));
  }

  private history(zone: string) {
    return historyView({ t: this.t, s: this.s, zone, events: this.report.events ?? [], who: (assignee) => this.who(assignee), name: (person) => (person === this.desk.session.person ? this.s.you : nameOf(this.desk, person)) });
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-panel': Panel }
}
