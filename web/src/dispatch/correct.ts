import { html, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../map/element.ts';
import type { Position } from '../contract/areas.ts';
import { Decision } from './decision.ts';
import { serviceOptions } from './units.ts';
import { words } from './ways.ts';

/** Degrees beside the jurisdiction that a place may lie, some twenty kilometres. */
const beside = 0.2;

/** Puts a report where it belongs: by place, by service, or both. */
@customElement('weige-correct')
export class Correct extends Decision {
  @state() private service = '';
  @state() private lon = '';
  @state() private lat = '';
  @state() private reason = '';

  /** The report as the form last showed it. */
  private shown = { service: '', lon: '', lat: '' };

  protected override begin(): void {
    super.begin();
    this.shown = this.asItStands();
    ({ service: this.service, lon: this.lon, lat: this.lat } = this.shown);
    this.wrong = undefined;
    const { of, service, lon, lat, reason } = this.unsaid<{ of: string; service: string; lon: string; lat: string; reason: string }>('corrected') ?? {};
    this.reason = reason ?? '';
    // A place that was chosen over another one than it has now is not to be put over this one.
    if (of === JSON.stringify(this.shown)) [this.service, this.lon, this.lat] = [service ?? this.service, lon ?? '', lat ?? ''];
  }

  protected override willUpdate(changed: PropertyValues<Correct>): void {
    super.willUpdate(changed);
    if (!changed.has('report') || changed.get('report')?.report !== this.report.report) return;
    // A colleague changed it: what nobody touched here is as they left it.
    const now = this.asItStands();
    if (this.service === this.shown.service) this.service = now.service;
    if (this.lon === this.shown.lon && this.lat === this.shown.lat) [this.lon, this.lat] = [now.lon, now.lat];
    this.shown = now;
  }

  private asItStands(): { service: string; lon: string; lat: string } {
    const { service_code, lon, lat, address_grade } = this.report;
    // Nobody knows yet where it is: the point is not a place to begin with.
    return address_grade === 'none' ? { service: service_code, lon: '', lat: '' } : { service: service_code, lon: lon.toFixed(7), lat: lat.toFixed(7) };
  }

  protected override forget(): void {
    this.keep('corrected', undefined);
  }

  /** Keeps what was written; whatever stood in the form from the beginning is no such thing. */
  private readonly write = () => this.keep('corrected', { of: JSON.stringify(this.shown), service: this.service, lon: this.lon, lat: this.lat, reason: this.reason });

  private put([lon, lat]: Position): void {
    this.lon = lon.toFixed(7);
    this.lat = lat.toFixed(7);
    this.wrong = undefined;
  }

  private get place(): Position | undefined {
    const [lon, lat] = [Number(this.lon), Number(this.lat)];
    return this.lon.trim() && this.lat.trim() && Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : undefined;
  }

  /** Whether a place lies in this jurisdiction or a little beside it: a slip of a digit puts it into another country. */
  private nearby([lon, lat]: readonly [number, number] | Position): boolean {
    const [west, south, east, north] = this.desk.setting.jurisdiction.bbox ?? [];
    if (west === undefined || south === undefined || east === undefined || north === undefined) return true;
    return lon > west - beside && lon < east + beside && lat > south - beside && lat < north + beside;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { report, version, service_code } = this.report;
    const unknown = this.report.address_grade === 'none' && !this.lon.trim() && !this.lat.trim();
    const place = unknown ? [this.report.lon, this.report.lat] as const : this.place;
    if (!place) return this.refuse('correct-lon', this.s.correctBadPlace);
    if (!this.nearby(place)) return this.refuse('correct-lon', this.s.correctFar);
    const moved = place[0].toFixed(7) !== this.report.lon.toFixed(7) || place[1].toFixed(7) !== this.report.lat.toFixed(7);
    if (!moved && this.service === service_code) return this.refuse('correct-service', this.s.correctNothing);
    if ([...this.reason.trim()].length < words.least) return this.refuse('correct-reason', this.s.stepNeedReason);
    const body = { version, reason: this.reason.trim(), ...(this.service === service_code ? {} : { service_code: this.service }), ...(moved ? { lon: place[0], lat: place[1] } : {}) };
    await this.decide(body, (key, what) => this.desk.client.post('/v1/{jurisdiction}/reports/{report}/correction', { path: { report }, body: what, key }),
      (now) => this.s.stepDone(this.t[`status_${now.status}_short`]));
  }

  protected override render() {
    const { s, t, desk, report } = this;
    const field = (name: 'lon' | 'lat', label: string) => html`<div class="field"><label for="correct-${name}">${label}</label>
      <input id="correct-${name}" inputmode="decimal" autocomplete="off" aria-invalid=${this.invalid(`correct-${name}`)} aria-describedby="correct-lon-wrong"
        .value=${this[name]} @change=${(event: Event) => { this[name] = (event.target as HTMLInputElement).value; this.wrong = undefined; }}></div>`;
    return html`<form novalidate aria-label=${s.step_corrected} @input=${this.write} @change=${this.write} @submit=${(event: SubmitEvent) => void this.send(event)}>
      <p class="hint">${s.correctIntro}</p>
      <div class="field"><label for="correct-service">${t.service}</label>
        <select id="correct-service" aria-invalid=${this.invalid('correct-service')} aria-describedby="correct-service-wrong" @change=${(event: Event) => { this.service = (event.target as HTMLSelectElement).value; this.wrong = undefined; }}>
          ${serviceOptions(this.language, desk, this.service)}</select>${this.wrongLine('correct-service')}</div>
      <p>${s.correctPlace}</p>
      <weige-map class="correct-map" .setting=${desk.setting} .label=${s.correctPlace} choosing .focusAt=${[report.lon, report.lat] as Position} .pin=${this.place} .unavailableText=${s.mapUnavailableStaff}
        @chosen=${(event: CustomEvent<{ at: Position }>) => { this.put(event.detail.at); this.write(); }}></weige-map>
      <div class="pair">${field('lon', t.longitude)}${field('lat', t.latitude)}</div>${this.wrongLine('correct-lon')}
      ${this.reasonField('correct-reason', s.stepReason, this.reason, words.reason, (value) => { this.reason = value; })}
      ${this.endButtons(s.correctSend)}
      ${this.outcomeLine()}
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-correct': Correct }
}
