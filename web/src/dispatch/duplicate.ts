import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { QueueItem } from '../contract/schemas.ts';
import { distance, moment } from '../locale/format.ts';
import { Decision } from './decision.ts';
import { serviceName } from './list.ts';
import { byDistance } from './nearby.ts';
import { words } from './ways.ts';

/** How many reports nearby are offered. */
const mostOffered = 12;

/** Says that a report is a duplicate of another one, chosen from those nearby. */
@customElement('weige-duplicate')
export class Duplicate extends Decision {
  @state() private nearby: readonly { thing: QueueItem; metres: number }[] | undefined;
  @state() private failed = false;
  @state() private original = '';
  @state() private told = '';
  @state() private reason = '';

  protected override begin(): void {
    super.begin();
    this.original = '';
    this.told = '';
    const { original, reason } = this.unsaid<{ original: string; reason: string }>('duplicate') ?? {};
    this.reason = reason ?? '';
    if (original) void this.choose(original);
    void this.find();
  }

  protected override forget(): void {
    this.keep('duplicate', undefined);
  }

  /** Keeps what was written; whatever stood in the form from the beginning is no such thing. */
  private readonly write = () => this.keep('duplicate', { original: this.original, reason: this.reason });

  /** Finds other open reports, in the area above the smallest one that this lies in. */
  private async find(): Promise<void> {
    const { report, chain } = this.report;
    this.nearby = undefined;
    this.failed = false;
    try {
      const { reports } = await this.desk.client.get('/v1/{jurisdiction}/queue', { query: { area: chain.at(-2) ?? chain.at(-1) ?? '', limit: 1000 } });
      if (report !== this.report.report) return;
      this.nearby = byDistance(this.report, reports.filter((one) => one.report !== report && !one.parent)).slice(0, mostOffered);
    } catch {
      this.failed = true;
    }
  }

  /** Shows the words of the one that was chosen, which say best whether it is the same. */
  private async choose(original: string): Promise<void> {
    this.original = original;
    this.wrong = undefined;
    this.told = '';
    try {
      const { description } = await this.desk.client.get('/v1/{jurisdiction}/reports/{report}', { path: { report: original } });
      if (original === this.original) this.told = description;
    } catch {
      // The choice stands without its words.
    }
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { report, version } = this.report;
    const { original } = this;
    if (!original) return this.refuse('duplicate-original', this.s.duplicateNeed);
    const reason = this.reason.trim();
    if (reason && [...reason].length < words.least) return this.refuse('duplicate-reason', this.s.stepNeedReason);
    await this.decide({ version, original, ...(reason ? { reason } : {}) },
      (key, body) => this.desk.client.post('/v1/{jurisdiction}/reports/{report}/duplicate', { path: { report }, body, key }),
      (now) => this.s.stepDone(this.t[`status_${now.status}_short`]));
  }

  protected override render() {
    const { s, t } = this;
    const { services, time_zone } = this.desk.setting.jurisdiction;
    const text = ({ thing, metres }: { thing: QueueItem; metres: number }) => s.duplicateOne(serviceName(services, thing.service_code, this.language), moment(t, time_zone, thing.filed_at), distance(t, metres));
    return html`<form novalidate aria-label=${s.step_duplicate} @input=${this.write} @change=${this.write} @submit=${(event: SubmitEvent) => void this.send(event)}>
      <p class="hint">${s.duplicateIntro}</p>
      <div class="field"><label for="duplicate-original">${s.duplicateWhich}</label>
        <select id="duplicate-original" aria-invalid=${this.invalid('duplicate-original')} aria-describedby="duplicate-original-wrong" @change=${(event: Event) => void this.choose((event.target as HTMLSelectElement).value)}>
          <option value="" .selected=${this.original === ''}>${this.failed ? s.duplicateFailed : this.nearby === undefined ? s.duplicateFinding : this.nearby.length === 0 ? s.duplicateNone : s.stepCodeChoose}</option>
          ${this.nearby?.map((one) => html`<option value=${one.thing.report} .selected=${one.thing.report === this.original}>${text(one)}</option>`)}</select>${this.wrongLine('duplicate-original')}</div>
      ${this.original ? html`<p class="said words told" role="status" tabindex="0">${this.told || t.loading}</p>` : nothing}
      ${this.reasonField('duplicate-reason', s.stepReasonOptional, this.reason, words.reason, (value) => { this.reason = value; })}
      ${this.endButtons(s.duplicateSend)}
      ${this.outcomeLine()}
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-duplicate': Duplicate }
}
