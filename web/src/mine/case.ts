import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Client } from '../contract/client.ts';
import type { Assignee } from '../contract/schemas.ts';
import { codeName, missing, ways, words, type PlainStep } from '../dispatch/ways.ts';
import { historyView } from '../dispatch/history.ts';
import { dueName, serviceName } from '../dispatch/list.ts';
import { staffName } from '../dispatch/people.ts';
import { moment } from '../locale/format.ts';
import { CaseworkElement } from '../page/casework-element.ts';
import { readAnswers } from '../report/questions.ts';
import type { Kept, Made, Move, Said, Words } from './kept.ts';
import { chips, whereIs } from './list.ts';
import { stepsOf, type Case } from './order.ts';
import type { Pictures } from './photos.ts';
import '../page/photo-list.ts';
import type { PhotoSource } from '../page/photo-list.ts';
import './pictures.ts';

/** One case on the phone, with its steps under the thumb. Events: `move` {kind, body, behind}, `words` {kind, said}, `picture` {blob}, `drop` {at}. */
@customElement('weige-case')
export class CasePage extends CaseworkElement {
  @property({ attribute: false }) kept!: Kept;
  @property({ attribute: false }) of!: Case;
  /** How far it is, in words. */
  @property({ attribute: false }) near = '';

  /** Photos of it that wait to be sent. */
  @property({ attribute: false }) pictures: Pictures = [];
  /** Somebody is signed in. */
  @property({ attribute: false }) signed = true;
  /** What was begun for its steps. */
  @property({ attribute: false }) words: readonly Words[] = [];
  /** Photos that it has; undefined where they cannot be asked for. */
  @property({ attribute: false }) photos: PhotoSource | undefined;

  /** Asks for contact details, which are never kept here; undefined without a network. */
  @property({ attribute: false }) client: Client | undefined;

  /** A step of it was refused and nobody has looked at that yet: no step comes back meanwhile, as nothing moves below a thumb by itself. */
  @property({ attribute: false }) held = false;

  /** The steps that have a button. One that is not allowed any more, without this person's doing, keeps its place. */
  private offered: PlainStep[] = [];
  @state() private chosen: PlainStep | undefined;
  @state() private said: Said = { code: '', reason: '', reply: '' };
  /** What the keyboard stood on before it was drawn anew. */
  private stoodOn: Element | null = null;
  @state() private wrong: { field: string; text: string } | undefined;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    this.stoodOn = this.contains(document.activeElement) ? document.activeElement : null;
    const before = changed.get('of') as Case | undefined;
    const other = before !== undefined && before.item.report !== this.of.item.report;
    // The form of one case must not stand below another, where the phone's Back may lead.
    if (other) this.chosen = undefined;
    const steps = this.steps();
    const acted = before !== undefined && this.of.waiting.length > before.waiting.length;
    const looked = changed.get('held') === true;
    if (other || acted || looked || this.offered.length === 0 || (!this.held && steps.some((kind) => !this.offered.includes(kind)))) this.offered = steps;
  }

  private steps(): PlainStep[] {
    return stepsOf(this.of, this.kept.person);
  }

  protected override updated(): void {
    // A step that was taken goes, with its button or its form: the next is where the keyboard goes on.
    if (this.stoodOn && !this.stoodOn.isConnected && !this.chosen) {
      (this.querySelector<HTMLElement>('.thumb button:not([aria-disabled])') ?? this.querySelector<HTMLElement>('#case-title'))?.focus({ preventScroll: true });
    }
    // Seldom asked for, and drawn once it is there.
    if (this.of.item.has_contact && this.client) void import('../dispatch/contact.ts').catch(() => undefined);
  }

  /** Opens the form of a step with what was begun for it; takes a step that needs no words. */
  choose(kind: PlainStep): void {
    if (!this.steps().includes(kind)) {
      this.offered = this.steps();
      this.requestUpdate();
      return;
    }
    const way = ways[kind];
    this.said = this.begun(kind) ?? { code: '', reason: '', reply: '' };
    this.wrong = undefined;
    if (way.code.length === 0 && !way.reason && !way.reply) {
      this.take(kind);
      return;
    }
    this.chosen = kind;
    void this.focusOn('.step-form select, .step-form textarea');
  }

  private begun(kind: PlainStep): Said | undefined {
    return this.words.find((one) => one.kind === kind)?.said;
  }

  private write(kind: PlainStep, said: Said): void {
    this.said = said;
    this.dispatchEvent(new CustomEvent<Pick<Words, 'kind' | 'said'>>('words', { detail: { kind, said } }));
  }

  /** Closes the form and lets go of what stands in it. */
  private giveUp(kind: PlainStep): void {
    this.write(kind, { code: '', reason: '', reply: '' });
    this.chosen = undefined;
    void this.focusOn(`[data-step=${kind}]`);
  }

  private submit(event: SubmitEvent, kind: PlainStep): void {
    event.preventDefault();
    const lacking = missing(kind, this.said);
    const { stepNeedCode, stepNeedReason, stepNeedReply } = this.s;
    if (!lacking) return this.take(kind);
    this.wrong = { field: lacking, text: { code: stepNeedCode, reason: stepNeedReason, reply: stepNeedReply }[lacking] };
    void this.focusOn(`#case-${lacking}`);
  }

  private tell({ type, detail }: CustomEvent): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  private take(kind: PlainStep): void {
    const { code, reason, reply } = this.said;
    const body: Move['body'] = { version: this.of.item.version, ...(code ? { code } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}), ...(reply.trim() ? { reply: reply.trim() } : {}) };
    this.chosen = undefined;
    const behind = this.of.waiting.at(-1)?.key;
    this.dispatchEvent(new CustomEvent<Made>('move', { detail: { kind, body, ...(behind ? { behind } : {}) } }));
  }

  protected override render() {
    const { t, s, kept, of } = this;
    const { item } = of;
    const zone = kept.jurisdiction.time_zone;
    const steps = this.steps();
    return html`<article class="mine-case"><h1 id="case-title" tabindex="-1">${serviceName(kept.jurisdiction.services, item.service_code, this.language)}</h1>
      <p>${chips(t, s, of)}</p>
      ${item.description === undefined ? html`<p class="hint">${s.mineNoWords}</p>` : html`<p class="said words">${item.description}</p>`}
      ${this.answers(zone).map(([asked, answered]) => html`<p class="answer"><span class="hint">${asked}</span><br><strong>${answered}</strong></p>`)}
      <dl class="facts">${item.address ? html`<dt>${t.addressWritten}</dt><dd class="said">${item.address}</dd>` : nothing}<dt>${t.placeLabel}</dt><dd>${whereIs({ t, s }, kept, item)}${this.near ? ` · ${this.near}` : ''}${item.address_grade === 'none' ? nothing : html`<br><a class="secondary" data-at="${item.lat}, ${item.lon}" href="geo:${item.lat},${item.lon}?q=${item.lat},${item.lon}">${s.mineGo}</a>`}</dd>
        <dt>${t.filedAt}</dt><dd>${moment(t, zone, item.filed_at)}</dd>
        ${item.due ? html`<dt>${dueName(s, item)}</dt><dd>${t.dueBy(moment(t, zone, item.due))}</dd>` : nothing}</dl>
      ${this.chosen ? this.form(this.chosen) : html`<div class="thumb" role="group" aria-label=${s.stepsTitle}>${repeat(this.offered, (kind) => kind, (kind, at) => html`<button type="button" class=${at === 0 ? 'primary' : 'secondary'} data-step=${kind} aria-disabled=${steps.includes(kind) ? nothing : 'true'} @click=${() => this.choose(kind)}>${s[`step_${kind}`]}${this.begun(kind) ? html`<small>${s.mineBegun}</small>` : nothing}</button>`)}</div>`}
      <div class="case-photos" data-room=${item.report}>${this.photos ? html`<weige-photo-list .source=${this.photos}></weige-photo-list>` : nothing}
        <weige-pictures .report=${item.report} .waiting=${this.pictures} .signed=${this.signed} @picture=${this.tell} @drop=${this.tell}></weige-pictures></div>
      ${item.has_contact ? html`<section data-room=${item.report}><h2>${s.contact}</h2>${this.client ? html`<weige-contact .client=${this.client} .report=${item.report}></weige-contact>` : html`<p class="hint">${s.mineContactOffline}</p>`}</section>` : nothing}
      ${item.events ? html`<section><h2>${s.history}</h2>${historyView({ t, s, zone, events: item.events, who: (assignee) => this.who(assignee), name: (person) => (person === kept.person ? s.you : kept.people[person]) })}</section>` : nothing}
    </article>`;
  }

  private answers(zone: string) {
    const { kept: { jurisdiction }, of: { item } } = this;
    return readAnswers(jurisdiction.services.find((one) => one.service_code === item.service_code), item.answers, this.language, (at) => moment(this.t, zone, at));
  }

  private who(assignee: Assignee): string {
    const { jurisdiction, names } = this.kept;
    return staffName(this.t, this.language, jurisdiction, { name: (code) => names[code] ?? code }, assignee);
  }

  private form(kind: PlainStep) {
    const { s, said } = this;
    const way = ways[kind];
    const set = (change: Partial<Said>) => { this.write(kind, { ...this.said, ...change }); this.wrong = undefined; };
    const invalid = (field: string) => (this.wrong?.field === field ? 'true' : 'false');
    const wrong = (field: string) => html`<p class="wrong" id="case-${field}-wrong" role="alert">${this.wrong?.field === field ? this.wrong.text : ''}</p>`;
    const area = (name: 'reason' | 'reply', label: string) => html`<div class="field"><label for="case-${name}">${label}</label>
      <textarea id="case-${name}" rows="3" maxlength=${words[name]} aria-invalid=${invalid(name)} aria-describedby="case-${name}-wrong" .value=${said[name]}
        @input=${(event: Event) => set({ [name]: (event.target as HTMLTextAreaElement).value })}></textarea>${wrong(name)}</div>`;
    return html`<form class="step-form" novalidate aria-label=${s[`step_${kind}`]} @submit=${(event: SubmitEvent) => this.submit(event, kind)}>
      ${way.code.length > 0 ? html`<div class="field"><label for="case-code">${s.stepCode}</label>
        <select id="case-code" aria-invalid=${invalid('code')} aria-describedby="case-code-wrong" @change=${(event: Event) => set({ code: (event.target as HTMLSelectElement).value })}>
          <option value="" .selected=${said.code === ''}>${s.stepCodeChoose}</option>${way.code.map((code) => html`<option value=${code} .selected=${code === said.code}>${codeName(s, code)}</option>`)}</select>${wrong('code')}</div>` : nothing}
      ${way.reply ? area('reply', `${s.stepReply}`) : nothing}
      ${way.reason ? area('reason', s.stepReason) : nothing}
      <div class="thumb"><button class="primary">${s[`step_${kind}`]}</button><button type="button" class="secondary" @click=${() => this.giveUp(kind)}>${s.stepCancel}</button></div></form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-case': CasePage }
}
