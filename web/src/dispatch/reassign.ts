import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fieldOf, hasCode, isOpen, sentence } from '../contract/errors.ts';
import { newKey, Once } from '../contract/once.ts';
import type { ReassignmentInput, StaffReport } from '../contract/schemas.ts';
import { PageElement } from '../page/element.ts';
import { keepUnsaid, unsaid } from '../page/unsaid.ts';
import type { Desk } from './desk.ts';
import { staffName } from './people.ts';
import { areaOptions, personOptions, toQueue } from './units.ts';

interface Outcome {
  kind: 'done' | 'conflict' | 'unsent' | 'refused';
  text: string;
}

/** Hands a report to somebody else. Event: `changed` {StaffReport}, after it was done and when somebody else was quicker. */
@customElement('weige-reassign')
export class Reassign extends PageElement {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) report!: StaffReport;

  @state() private area = '';
  @state() private person = '';
  @state() private reason = '';
  @state() private wrong = '';
  @state() private sending = false;
  @state() private outcome: Outcome | undefined;
  /** Key of this decision; it changes only when one is settled. */
  private key = newKey();
  private once: Once<ReassignmentInput, StaffReport> | undefined;

  protected override willUpdate(changed: PropertyValues<Reassign>): void {
    const before = changed.get('report');
    if (changed.has('report') && before?.report !== this.report.report) this.begin();
  }

  /** Another report: nothing of the decision about the one before may stay. */
  private begin(): void {
    const id = this.report.report;
    this.key = newKey();
    this.once = new Once((key, body) => this.desk.client.post('/v1/{jurisdiction}/reports/{report}/reassignment', { path: { report: id }, body, key }));
    const { roster } = this.desk;
    const has = (code: string | undefined) => code !== undefined && roster.some((duty) => duty.area === code);
    this.area = [this.report.assignee.area, ...[...this.report.chain].reverse()].find(has) ?? toQueue;
    const words = unsaid<Record<'area' | 'person' | 'reason', string>>(this.desk.session.person, id, 'reassigned') ?? {};
    if (words.area !== undefined) this.area = words.area;
    this.person = words.person ?? '';
    this.reason = words.reason ?? '';
    this.wrong = '';
    this.outcome = undefined;
  }

  /** What is chosen and written, kept until it is sent. */
  private write(change: Partial<Record<'area' | 'person' | 'reason', string>>): void {
    Object.assign(this, change);
    const { area, person, reason } = this;
    keepUnsaid(this.desk.session.person, this.report.report, 'reassigned', { area, person, reason });
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.sending || !this.once) return;
    this.outcome = undefined;
    this.wrong = [...this.reason.trim()].length < 2 ? this.t.reassignNeedReason : '';
    if (this.wrong) {
      void this.focusOn('#reassign-reason');
      return;
    }
    const body: ReassignmentInput = {
      area: this.area === toQueue ? '' : this.area, reason: this.reason.trim(), version: this.report.version,
      ...(this.person && this.area !== toQueue ? { person: this.person } : {}),
    };
    this.sending = true;
    try {
      const { answer } = await this.once.send(this.key, body);
      this.done(answer);
    } catch (error) {
      await this.explain(error);
    } finally {
      this.sending = false;
    }
  }

  private done(now: StaffReport): void {
    this.key = newKey();
    this.person = '';
    this.reason = '';
    keepUnsaid(this.desk.session.person, this.report.report, 'reassigned', undefined);
    this.outcome = { kind: 'done', text: this.t.reassignedTo(this.who(now)) };
    this.tell(now);
  }

  private async explain(error: unknown): Promise<void> {
    const t = this.t;
    if (hasCode(error, 'conflict')) {
      this.key = newKey();
      const now = await this.asItIs(error.fault.current);
      this.outcome = { kind: 'conflict', text: t.reassignConflict(this.who(now)) };
      this.tell(now);
    } else if (isOpen(error)) {
      this.outcome = { kind: 'unsent', text: t.reassignUnsent };
    } else {
      this.key = newKey();
      this.outcome = { kind: 'refused', text: fieldOf(error) === 'person' ? t.reassignRefusedPerson : sentence(t, error) };
    }
    void this.focusOn('.outcome');
  }

  /** The report as it is now, with its history; without a connection as the conflict told it. */
  private async asItIs(told: StaffReport | undefined): Promise<StaffReport> {
    try {
      return await this.desk.client.get('/v1/{jurisdiction}/reports/{report}', { path: { report: this.report.report } });
    } catch {
      return told?.report ? told : this.report;
    }
  }

  private tell(now: StaffReport): void {
    this.dispatchEvent(new CustomEvent<StaffReport>('changed', { detail: now }));
  }

  private who(report: StaffReport): string {
    const { jurisdiction, areas } = this.desk.setting;
    return staffName(this.t, this.language, jurisdiction, areas, report.assignee);
  }

  protected override render() {
    const t = this.t;
    return html`<form class="reassign" novalidate aria-label=${t.reassignTitle} @submit=${(event: SubmitEvent) => void this.send(event)}>
      <h3>${t.reassignTitle}</h3>
      ${this.areaField()}
      ${this.personField()}
      <div class="field"><label for="reassign-reason">${t.reassignReason}</label>
        <textarea id="reassign-reason" rows="2" maxlength="300" aria-required="true" aria-invalid=${this.wrong ? 'true' : 'false'} aria-describedby="reassign-wrong"
          .value=${this.reason} @input=${(event: Event) => { this.write({ reason: (event.target as HTMLTextAreaElement).value }); this.wrong = ''; }}></textarea>
        <p class="wrong" id="reassign-wrong" role="alert">${this.wrong}</p></div>
      <div role="status">${this.outcome ? html`<p class="outcome notice ${this.outcome.kind === 'done' ? '' : this.outcome.kind === 'conflict' ? 'warn' : 'bad'}" tabindex="-1">${this.outcome.text}</p>` : nothing}</div>
      <button class="primary" aria-disabled=${this.sending ? 'true' : 'false'}>${this.sending ? t.reassigning : t.reassignSend}</button>
    </form>`;
  }

  private areaField() {
    const t = this.t;
    return html`<div class="field"><label for="reassign-area">${t.reassignArea}</label>
      <select id="reassign-area" @change=${(event: Event) => this.write({ area: (event.target as HTMLSelectElement).value, person: '' })}>
        ${areaOptions(t, this.language, this.desk, this.area)}
      </select></div>`;
  }

  private personField() {
    const t = this.t;
    return html`<div class="field"><label for="reassign-person">${t.reassignPerson}</label>
      <select id="reassign-person" ?disabled=${this.area === toQueue} @change=${(event: Event) => this.write({ person: (event.target as HTMLSelectElement).value })}>
        ${personOptions(t, this.desk, this.area, this.person)}
      </select></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-reassign': Reassign }
}
