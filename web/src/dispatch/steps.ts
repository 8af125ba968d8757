import { html, nothing, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import type { StaffReport } from '../contract/schemas.ts';
import { Decision, type Outcome } from './decision.ts';
import './reassign.ts';
import { codeName, isPlain, mayReassign, missing, stepPaths, stepsFor, words, ways, type PlainStep, type StepKind } from './ways.ts';

/** Forms that are seldom needed and fetched when they are. */
const larger = { split: () => import('./split.ts'), duplicate: () => import('./duplicate.ts'), corrected: () => import('./correct.ts') } as const;

interface Said {
  code: string;
  reason: string;
  reply: string;
}

const nothingSaid: Said = { code: '', reason: '', reply: '' };

/** Whether a step has a form; one that cannot be taken back has, too. */
function asks(kind: StepKind): boolean {
  const { code, reason, reply } = ways[kind];
  return !isPlain(kind) || kind === 'words_withdrawn' || code.length > 0 || reason || reply;
}

/** The steps that a case allows, a button each; those that need words ask for them first. */
@customElement('weige-steps')
export class Steps extends Decision {
  @state() private chosen: StepKind | undefined;
  @state() private said = nothingSaid;
  /** The step whose button had the keyboard before the buttons became others. */
  private focused: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    for (const fetched of Object.values(larger)) void fetched().catch(() => undefined); // a form that comes long after its press would push away what is read below
    this.addEventListener('cancelled', this.left);
  }

  override disconnectedCallback(): void {
    this.removeEventListener('cancelled', this.left);
    super.disconnectedCallback();
  }

  private readonly left = (): void => this.cancel();

  protected override begin(): void {
    super.begin();
    this.chosen = undefined;
    this.said = nothingSaid;
    const kind = this.unsaid<{ kind: StepKind }>('step')?.kind;
    if (kind && kind in ways && asks(kind)) void this.show(kind); // one that asks for nothing is taken by being pressed, never by itself
  }

  protected override forget(): void {
    if (this.chosen) this.keep(this.chosen, undefined);
    this.keep('step', undefined);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.focused = this.querySelector<HTMLElement>('[data-step]:focus')?.dataset['step'];
  }

  protected override updated(): void {
    if (this.focused && !this.contains(document.activeElement)) this.querySelector<HTMLElement>(`[data-step=${this.focused}]`)?.focus();
  }

  private get asker() {
    return { person: this.desk.session.person, dispatches: this.desk.duties.reassigns };
  }

  override resolve(): boolean {
    const inside = this.querySelector<HTMLElement>('.step-form');
    return inside instanceof Decision ? inside.resolve() : super.resolve();
  }

  /** Opens the form by which the report is handed on, where it may be. */
  reassign(): void {
    if (mayReassign(this.report, this.asker)) void this.choose('reassigned');
  }

  private async choose(kind: StepKind): Promise<void> {
    if (this.sending) return; // its answer has to find the form it was given in
    super.begin();
    this.chosen = undefined;
    this.said = nothingSaid; // a step without words takes none of another one's along
    await this.show(kind);
    if (this.chosen === kind) void this.focusOn('.step-form select, .step-form input, .step-form textarea');
  }

  /** Opens the form of a step, with the words that were written in it before. */
  private async show(kind: StepKind): Promise<void> {
    const { report } = this.report;
    if (kind in larger) {
      try {
        await larger[kind as keyof typeof larger]();
      } catch {
        this.outcome = { kind: 'refused', text: this.t.fault_network };
        return;
      }
    }
    if (isPlain(kind) && !asks(kind)) {
      void this.take(kind);
      return;
    }
    if (report !== this.report.report) return; // another one was opened meanwhile
    this.said = { ...nothingSaid, ...(isPlain(kind) ? this.unsaid<Said>(kind) : {}) };
    this.chosen = kind;
    this.keep('step', { kind });
  }

  private submit(event: SubmitEvent, kind: PlainStep): void {
    event.preventDefault();
    const lacking = missing(kind, this.said);
    const { stepNeedCode, stepNeedReason, stepNeedReply } = this.s;
    if (lacking) this.refuse(`step-${lacking}`, { code: stepNeedCode, reason: stepNeedReason, reply: stepNeedReply }[lacking]);
    else void this.take(kind);
  }

  private async take(kind: PlainStep): Promise<void> {
    const { code, reason, reply } = this.said;
    const { report, version } = this.report;
    const body = { version, ...(code ? { code } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}), ...(reply.trim() ? { reply: reply.trim() } : {}) };
    await this.decide(body, (key, what) => this.desk.client.post(stepPaths[kind], { path: { report }, body: what, key }), (now) => this.s.stepDone(this.t[`status_${now.status}_short`]));
  }

  protected override render() {
    return html`<div class="ways" data-room=${this.report.report}>${this.ways()}</div>
      ${this.chosen ? html`<div class="deciding">${this.form(this.chosen)}</div>` : this.outcomeLine()}`;
  }

  /** What the case allows, and what is to be known of that. Once it allows something else it is all drawn anew, instead of moved about. */
  private ways() {
    const { s, report, asker } = this;
    const steps: StepKind[] = [...(mayReassign(report, asker) ? ['reassigned' as const] : []), ...stepsFor(report, asker)];
    const mine = report.assignee.person === asker.person;
    return keyed([report.status, mine, report.final, report.parts_open, steps].join(), html`
      ${report.status === 'returned' && (asker.dispatches || mine) ? html`<p class="notice warn">${mine && steps.includes('accepted') ? s.stepDecide : s.stepDecideDispatch}</p>` : nothing}
      ${report.final && report.status !== 'closed' ? html`<p class="hint">${s.stepFinal}</p>` : nothing}
      ${report.parts_open ? html`<p class="notice">${s.stepParts(String(report.parts_open))}</p>` : nothing}
      ${this.related(report)}
      ${steps.length > 0 ? html`<section class="steps" aria-labelledby="steps-title"><h3 id="steps-title">${s.stepsTitle}</h3>
        <div class="buttons">${repeat(steps, (kind) => kind, (kind, at) => html`<button type="button" class=${at === 0 && !this.chosen && (kind !== 'resolved' || report.status === 'in_progress') ? 'primary' : 'secondary'} data-step=${kind}
          aria-expanded=${!asks(kind) ? nothing : kind === this.chosen ? 'true' : 'false'}
          aria-disabled=${this.sending ? 'true' : 'false'} @click=${() => void this.choose(kind)}>${kind === 'reassigned' ? this.s.reassignTitle : s[`step_${kind}`]}</button>`)}</div></section>` : nothing}`);
  }

  /** The reports that this one belongs to. */
  private related(report: StaffReport) {
    const { s } = this;
    const link = (id: string, text: string) => html`<button type="button" class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('visit', { detail: id, bubbles: true }))}>${text}</button>`;
    if (report.parent) return html`<p class="buttons">${s.stepPart} ${link(report.parent, s.openWhole)}</p>`;
    if (report.original) return html`<p class="buttons">${link(report.original, s.openOriginal)}</p>`;
    return nothing;
  }

  private form(kind: StepKind) {
    if (!isPlain(kind)) return this.larger(kind);
    const { s } = this;
    const way = ways[kind];
    const set = (change: Partial<Said>) => { this.said = { ...this.said, ...change }; this.wrong = undefined; this.keep(kind, this.said); };
    const area = (name: 'reason' | 'reply', label: string, hint?: string) => html`<div class="field"><label for="step-${name}">${label}</label>
      ${hint ? html`<p class="hint" id="step-${name}-hint">${hint}</p>` : nothing}
      <textarea id="step-${name}" rows="2" maxlength=${words[name]} aria-invalid=${this.invalid(`step-${name}`)} aria-describedby="step-${name}-wrong${hint ? ` step-${name}-hint` : ''}"
        .value=${this.said[name]} @input=${(event: Event) => set({ [name]: (event.target as HTMLTextAreaElement).value })}></textarea>${this.wrongLine(`step-${name}`)}</div>`;
    return html`<form class="step-form" novalidate aria-label=${s[`step_${kind}`]} @submit=${(event: SubmitEvent) => this.submit(event, kind)}>
      ${way.code.length > 0 ? html`<div class="field"><label for="step-code">${s.stepCode}</label>
        <select id="step-code" aria-invalid=${this.invalid('step-code')} aria-describedby="step-code-wrong" @change=${(event: Event) => set({ code: (event.target as HTMLSelectElement).value })}>
          <option value="" .selected=${this.said.code === ''}>${s.stepCodeChoose}</option>
          ${way.code.map((code) => html`<option value=${code} .selected=${code === this.said.code}>${codeName(s, code)}</option>`)}</select>${this.wrongLine('step-code')}</div>` : nothing}
      ${way.reply ? area('reply', s.stepReply, s.stepReplyPublic) : nothing}
      ${area('reason', way.reason ? s.stepReason : s.stepReasonOptional)}
      ${this.endButtons(s[`step_${kind}`])}
    </form>${this.outcomeLine()}`;
  }

  /** Steps with a form of their own. */
  private larger(kind: StepKind) {
    const { desk, report } = this;
    const settled = (event: CustomEvent<Outcome>) => { this.forget(); this.begin(); this.outcome = event.detail; this.leadOn(); };
    const changed = (event: CustomEvent<StaffReport>) => this.dispatchEvent(new CustomEvent('changed', { detail: event.detail }));
    const cancelled = () => this.cancel();
    switch (kind) {
      case 'reassigned': return html`<weige-reassign class="step-form" .desk=${desk} .report=${report} @settled=${settled} @changed=${changed} @cancelled=${cancelled}></weige-reassign>`;
      case 'split': return html`<weige-split class="step-form" .desk=${desk} .report=${report} @settled=${settled} @changed=${changed} @cancelled=${cancelled}></weige-split>`;
      case 'duplicate': return html`<weige-duplicate class="step-form" .desk=${desk} .report=${report} @settled=${settled} @changed=${changed} @cancelled=${cancelled}></weige-duplicate>`;
      case 'corrected': return html`<weige-correct class="step-form" .desk=${desk} .report=${report} @settled=${settled} @changed=${changed} @cancelled=${cancelled}></weige-correct>`;
      default: return nothing;
    }
  }

  private cancel(): void {
    if (this.sending) return;
    const kind = this.chosen;
    this.forget();
    this.begin();
    void this.focusOn(`[data-step=${kind}]`);
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-steps': Steps }
}
