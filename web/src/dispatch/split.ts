import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { Decision } from './decision.ts';
import { areaOptions, personOptions, serviceOptions, toQueue } from './units.ts';
import { words } from './ways.ts';

interface Part {
  service_code: string;
  area: string;
  person: string;
  description: string;
}

/** How many parts a report can be split into. */
const fewest = 2;
const most = 10;

/** Divides a report into parts for several units. */
@customElement('weige-split')
export class Split extends Decision {
  @state() private parts: readonly Part[] = [];
  @state() private reason = '';

  protected override begin(): void {
    super.begin();
    const { parts, reason } = this.unsaid<{ parts: Part[]; reason: string }>('split') ?? {};
    this.reason = reason ?? '';
    this.parts = Array.isArray(parts) ? parts : Array.from({ length: fewest }, () => this.empty());
  }

  protected override forget(): void {
    this.keep('split', undefined);
  }

  /** Keeps what was written; whatever stood in the form from the beginning is no such thing. */
  private readonly write = () => this.keep('split', { parts: this.parts, reason: this.reason });

  private empty(): Part {
    const { service_code, assignee } = this.report;
    return { service_code, area: assignee.area ?? toQueue, person: '', description: '' };
  }

  private set(at: number, change: Partial<Part>): void {
    this.parts = this.parts.map((part, place) => (place === at ? { ...part, ...change } : part));
    this.wrong = undefined;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const tooShort = (text: string) => [...text.trim()].length < words.least;
    const lacking = this.parts.findIndex((part) => tooShort(part.description));
    if (lacking >= 0) return this.refuse(`split-what-${lacking}`, this.s.splitNeedWhat);
    if (tooShort(this.reason)) return this.refuse('split-reason', this.s.stepNeedReason);
    const { report, version } = this.report;
    const parts = this.parts.map(({ service_code, area, person, description }) => ({
      service_code, area: area === toQueue ? '' : area, description: description.trim(), ...(person && area !== toQueue ? { person } : {}),
    }));
    const body = { version, reason: this.reason.trim(), parts };
    await this.decide(body, (key, what) => this.desk.client.post('/v1/{jurisdiction}/reports/{report}/split', { path: { report }, body: what, key }),
      () => this.s.splitDone(String(parts.length)));
  }

  protected override render() {
    const { s } = this;
    return html`<form novalidate aria-label=${s.step_split} @input=${this.write} @change=${this.write} @submit=${(event: SubmitEvent) => void this.send(event)}>
      <p class="hint">${s.splitIntro}</p>
      ${this.parts.map((part, at) => this.partFields(part, at))}
      ${this.parts.length < most ? html`<div><button type="button" class="secondary" @click=${() => { this.parts = [...this.parts, this.empty()]; this.write(); }}>${s.splitAdd}</button></div>` : nothing}
      ${this.reasonField('split-reason', s.stepReason, this.reason, words.reason, (value) => { this.reason = value; })}
      ${this.endButtons(s.splitSend)}
      ${this.outcomeLine()}
    </form>`;
  }

  private partFields(part: Part, at: number) {
    const { s, t, desk } = this;
    const select = (name: 'service_code' | 'area' | 'person', label: string, options: unknown) => html`<div class="field"><label for="split-${name}-${at}">${label}</label>
      <select id="split-${name}-${at}" @change=${(event: Event) => this.set(at, { [name]: (event.target as HTMLSelectElement).value, ...(name === 'area' ? { person: '' } : {}) })}>${options}</select></div>`;
    const number = String(at + 1);
    return html`<fieldset class="part"><legend>${s.splitPart(number)}</legend>
      <div class="field"><label for="split-what-${at}">${s.splitWhat}</label>
        <textarea id="split-what-${at}" rows="2" maxlength="500" aria-invalid=${this.invalid(`split-what-${at}`)} aria-describedby="split-what-${at}-wrong"
          .value=${part.description} @input=${(event: Event) => this.set(at, { description: (event.target as HTMLTextAreaElement).value })}></textarea>${this.wrongLine(`split-what-${at}`)}</div>
      ${select('service_code', t.service, serviceOptions(this.language, desk, part.service_code))}
      ${select('area', s.reassignArea, areaOptions(this.language, desk, part.area))}
      ${part.area === toQueue ? nothing : select('person', s.reassignPerson, personOptions(desk, part.area, part.person))}
      ${this.parts.length > fewest ? html`<div><button type="button" class="quiet" @click=${() => { this.parts = this.parts.filter((_, place) => place !== at); this.write(); }}>${s.splitRemove(number)}</button></div>` : nothing}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-split': Split }
}
