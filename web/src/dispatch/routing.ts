import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { sentence } from '../contract/errors.ts';
import type { RoutingExplanation } from '../contract/schemas.ts';
import { moment, said } from '../locale/format.ts';
import { CaseworkElement } from '../page/casework-element.ts';
import type { Desk } from './desk.ts';
import { serviceName } from './list.ts';
import { staffName } from './people.ts';

type Explained = RoutingExplanation['rules'][number];
type Check = Explained['checks'][number];

/** Why a report went to whom it went: every rule, in order, and why it was met or not. Asked for when it is opened. */
@customElement('weige-routing')
export class Routing extends CaseworkElement {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) report = '';
  /** Version of the report: another one may have been routed anew. */
  @property({ attribute: false }) version = 0;

  @state() private explained: RoutingExplanation | undefined;
  @state() private trouble = '';
  private opened = false;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('report') && !changed.has('version')) return;
    this.explained = undefined;
    this.trouble = '';
    if (this.opened) void this.ask();
  }

  private toggled(event: Event): void {
    this.opened = (event.target as HTMLDetailsElement).open;
    if (this.opened && !this.explained) void this.ask();
  }

  private async ask(): Promise<void> {
    const { report } = this;
    this.trouble = '';
    try {
      const explained = await this.desk.client.get('/v1/{jurisdiction}/reports/{report}/routing/explanation', { path: { report } });
      if (report === this.report) this.explained = explained;
    } catch (error) {
      if (report === this.report) this.trouble = sentence(this.t, error);
    }
  }

  protected override render() {
    const { s, t, explained } = this;
    return html`<details @toggle=${(event: Event) => this.toggled(event)}><summary>${s.routingTitle}</summary>
      ${this.trouble ? html`<p class="notice bad" role="alert">${this.trouble}</p>` : explained ? this.explanation(explained) : html`<p class="hint awaited" role="status">${t.loading}</p>`}</details>`;
  }

  private explanation({ at, rules, decided, gave, moved, today }: RoutingExplanation) {
    const { s, t, desk } = this;
    const { jurisdiction, areas } = desk.setting;
    const who = (assignee: typeof gave) => staffName(t, this.language, jurisdiction, areas, assignee);
    const same = who(today.assignee) === who(gave);
    return html`<p>${decided > 0 ? s.routingDecided(String(decided), who(gave)) : s.routingOnDuty(who(gave))} <span class="hint">${moment(t, jurisdiction.time_zone, at)}</span></p>
      ${moved ? html`<p class="hint">${s.routingMoved}</p>` : nothing}
      ${rules.length === 0 ? html`<p class="hint">${s.routingNoRules}</p>` : html`<ol class="rules">${rules.map((one) => this.rule(one))}</ol>`}
      <p class="hint">${same ? s.routingSameToday : s.routingToday(who(today.assignee))}</p>`;
  }

  private rule({ number, rule, met, decided, checks }: Explained) {
    const { s } = this;
    return html`<li class=${decided ? 'decided' : ''}><strong>${number}. ${rule.name || s.routingUnnamed}</strong>
      <span class="chip ${met ? '' : 'waiting'}">${decided ? s.routingDecides : met ? s.routingMet : s.routingNotMet}</span>
      ${checks.length > 0 ? html`<ul>${checks.map((check) => html`<li>${check.holds ? '✓' : '✗'} <span class="sr">${check.holds ? s.routingMet : s.routingNotMet}</span>${this.check(check)}</li>`)}</ul>` : nothing}</li>`;
  }

  private check({ condition, question, wanted, found }: Check): string {
    const { s } = this;
    const list = (values: readonly string[]) => values.map((value) => this.named(condition, value)).join(s.listSeparator) || s.routingNothing;
    return s.routingCheck(question ? `${s[`condition_${condition}`]} ${question}` : s[`condition_${condition}`], list(wanted), list(found));
  }

  /** A value of a condition as staff call it. */
  private named(condition: Check['condition'], value: string): string {
    const { jurisdiction, areas } = this.desk.setting;
    switch (condition) {
      case 'services': return serviceName(jurisdiction.services, value, this.language);
      case 'areas': return value === '-' ? this.s.countsOutside : areas.name(value);
      case 'levels': return said(areas.levels.find((one) => one.level === value)?.name, this.language) || value;
      case 'calendar': {
        const key = `calendar_${value}`;
        return key in this.s ? (this.s[key as keyof typeof this.s] as string) : value;
      }
      default: return value;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-routing': Routing }
}
