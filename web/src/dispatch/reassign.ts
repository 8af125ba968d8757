import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { fieldOf } from '../contract/errors.ts';
import type { ReassignmentInput } from '../contract/schemas.ts';
import { Decision } from './decision.ts';
import { areaOptions, personOptions, toQueue } from './units.ts';
import { words } from './ways.ts';

interface Chosen {
  area: string;
  person: string;
  reason: string;
}

/** Hands a report to somebody else. */
@customElement('weige-reassign')
export class Reassign extends Decision {
  @state() private chosen: Chosen = { area: toQueue, person: '', reason: '' };

  protected override begin(): void {
    super.begin();
    const { assignee, chain } = this.report;
    const { roster } = this.desk;
    const has = (code: string | undefined) => code !== undefined && roster.some((duty) => duty.area === code);
    const area = [assignee.area, ...[...chain].reverse()].find(has) ?? toQueue;
    this.chosen = { area, person: '', reason: '', ...this.unsaid<Chosen>('reassigned') };
  }

  protected override forget(): void {
    this.keep('reassigned', undefined);
  }

  /** What is chosen and written, kept until it is sent. */
  private write(change: Partial<Chosen>): void {
    this.chosen = { ...this.chosen, ...change };
    this.wrong = undefined;
    this.keep('reassigned', this.chosen);
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { area, person } = this.chosen;
    const reason = this.chosen.reason.trim();
    if ([...reason].length < words.least) return this.refuse('reassign-reason', this.s.reassignNeedReason);
    const { report, version } = this.report;
    const body: ReassignmentInput = { area: area === toQueue ? '' : area, reason, version, ...(person && area !== toQueue ? { person } : {}) };
    await this.decide(body, (key, what) => this.desk.client.post('/v1/{jurisdiction}/reports/{report}/reassignment', { path: { report }, body: what, key }),
      (now) => this.s.reassignedTo(this.who(now)));
  }

  protected override refusal(error: unknown): string {
    return fieldOf(error) === 'person' ? this.s.reassignRefusedPerson : super.refusal(error);
  }

  protected override render() {
    const { s, desk, chosen: { area, person, reason } } = this;
    return html`<form novalidate aria-label=${s.reassignTitle} @submit=${(event: SubmitEvent) => void this.send(event)}>
      <div class="field"><label for="reassign-area">${s.reassignArea}</label>
        <select id="reassign-area" @change=${(event: Event) => this.write({ area: (event.target as HTMLSelectElement).value, person: '' })}>${areaOptions(this.language, desk, area)}</select></div>
      <div class="field"><label for="reassign-person">${s.reassignPerson}</label>
        <select id="reassign-person" ?disabled=${area === toQueue} @change=${(event: Event) => this.write({ person: (event.target as HTMLSelectElement).value })}>${personOptions(desk, area, person)}</select></div>
      ${this.reasonField('reassign-reason', s.reassignReason, reason, words.reason, (value) => this.write({ reason: value }))}
      ${this.endButtons(s.reassignSend)}
      ${this.outcomeLine()}
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-reassign': Reassign }
}
