import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { path, type Position } from '../contract/areas.ts';
import { isOpen, isUnsent, sentence } from '../contract/errors.ts';
import type { Assignee, QueueItem, Reassignment, ReassignmentOutcome, ReassignmentOutcomes, ReassignmentTarget } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import { CaseworkElement } from '../page/casework-element.ts';
import { keepUnsaid, unsaid } from '../page/unsaid.ts';
import type { Desk } from './desk.ts';
import type { Filters } from './filters.ts';
import { changesOf, loadsOf, type Load } from './load.ts';
import { serviceName } from './list.ts';
import { staffName } from './people.ts';
import { isEmpty, isPicked, selectionOf, type Picked } from './picked.ts';
import { areaOptions, personOptions, toQueue } from './units.ts';
import { unfinished, words } from './ways.ts';

/** Value of the choice of a target that leaves each report where it lies. */
const onDuty = '*';

/** Milliseconds between two questions of how far a change is: at first often, then less. */
const patience = [400, 800, 1500, 3000];
/** Questions without an answer in a row after which asking ends; the change itself goes on. */
const mostUnanswered = 8;
/** How many parts of its outcomes are read to name what a change left alone. */
const mostParts = 20;

/**
 * Hands on what was picked: to whom and why, the server's preview, confirm, progress, undo. Events: `close`; `moved` after reports changed
 * hands; `lines` {[from, to][]}: which way listed reports would go; `confirmed` {Reassignment}, also for an undo; `visit` {report}.
 */
@customElement('weige-bulk')
export class Bulk extends CaseworkElement {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) picked!: Picked;
  @property({ attribute: false }) filters!: Filters;
  @property({ attribute: false }) listed: readonly QueueItem[] = [];
  /** What was picked, in words. */
  @property({ attribute: false }) what = '';
  /** A change to go on watching where nothing is picked. */
  @property({ attribute: false }) resume: Reassignment | undefined;

  @state() private target = onDuty;
  @state() private person = '';
  @state() private reason = '';
  @state() private wrong = '';
  @state() private trouble = '';
  @state() private busy = false;
  /** Something was asked that had no answer, and may have been done. */
  private open = false;
  @state() private job: Reassignment | undefined;
  @state() private loads = new Map<string, Load>();
  /** Counts what is asked of them, so that none are shown that were asked for before something was decided. */
  private reckoned = 0;
  @state() private latest: readonly Reassignment[] = [];
  /** Reports that a change left alone. */
  @state() private left: readonly string[] = [];
  private watched = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => {
      void this.focusOn('#panel-title'); // its program may have come late
      if (this.resume && isEmpty(this.picked)) void this.watch(this.resume);
      else void this.fetchLatest();
    });
  }

  override disconnectedCallback(): void {
    this.watched++;
    this.lines([]);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<Bulk>): void {
    if (!this.hasUpdated) Object.assign(this, unsaid(this.desk.session.person, '', 'bulk'));
    // A preview of something else than what is picked now would be confirmed by mistake.
    if (changed.has('picked') && changed.get('picked') !== undefined && this.job?.status === 'previewed') this.change();
  }

  private change(): void {
    this.watched++;
    this.job = undefined;
    this.trouble = '';
    this.lines([]);
  }

  private async preview(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.wrong = [...this.reason.trim()].length < words.least ? this.s.reassignNeedReason : '';
    if (this.wrong) {
      void this.focusOn('#bulk-reason');
      return;
    }
    const { client, setting } = this.desk;
    const body = { ...selectionOf(this.picked, this.filters, this.listed, setting.areas), to: this.to(), reason: this.reason.trim() };
    await this.asking(async () => {
      this.take(await client.post('/v1/{jurisdiction}/reassignments/preview', { body }));
      await this.focusOn('#bulk-result');
      if (this.job) await Promise.all([this.fetchLoads(this.job), this.fetchLines(this.job)]);
    });
  }

  private to(): ReassignmentTarget {
    if (this.target === onDuty) return { on_duty: true };
    return this.target === toQueue ? {} : { area: this.target, ...(this.person ? { person: this.person } : {}) };
  }

  /** Has the change of the preview done, or what was done taken back. */
  private async decide(how: 'confirmation' | 'undo'): Promise<void> {
    const { job, loads } = this;
    if (!job || this.busy) return;
    this.reckoned++;
    this.loads = new Map(); // they are known anew when it is done
    const decided = await this.asking(async () => this.confirmed(await this.desk.client.post(`/v1/{jurisdiction}/reassignments/{job}/${how}`, { path: { job: job.job } })));
    if (!decided) this.loads = loads;
  }

  private async confirmed(job: Reassignment): Promise<void> {
    keepUnsaid(this.desk.session.person, '', 'bulk', undefined);
    this.lines([]);
    this.dispatchEvent(new CustomEvent('confirmed', { detail: job }));
    await this.watch(job);
  }

  /** What is chosen and written, kept until it is confirmed. */
  private write(change: Partial<Record<'target' | 'person' | 'reason', string>>): void {
    Object.assign(this, change);
    const { target, person, reason } = this;
    keepUnsaid(this.desk.session.person, '', 'bulk', { target, person, reason });
  }

  /** Asks the server something; gives whether it answered. */
  private async asking(ask: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.trouble = '';
    try {
      await ask();
      this.open = false;
      return true;
    } catch (error) {
      const unsent = isUnsent(error);
      this.trouble = unsent && !this.open ? this.s.stepNotSent : isOpen(error) ? this.s.bulkUnsent : sentence(this.t, error);
      this.open = isOpen(error) && (this.open || !unsent);
      void this.focusOn('.bulk-trouble');
      return false;
    } finally {
      this.busy = false;
    }
  }

  private take(job: Reassignment): void {
    this.job = job;
  }

  /** Follows a change until it is finished. */
  private async watch(job: Reassignment): Promise<void> {
    const mine = ++this.watched;
    this.take(job);
    await this.focusOn('#bulk-result');
    let unanswered = 0;
    for (let asked = 0; this.job && this.job.status !== 'finished' && unanswered < mostUnanswered; asked++) {
      await new Promise((done) => setTimeout(done, patience[Math.min(asked, patience.length - 1)]));
      if (mine !== this.watched) return;
      try {
        const now = await this.desk.client.get('/v1/{jurisdiction}/reassignments/{job}', { path: { job: job.job } });
        unanswered = 0;
        if (mine !== this.watched) return;
        this.take(now);
      } catch {
        unanswered++;
      }
    }
    if (this.job?.status !== 'finished') this.trouble = this.s.bulkUnsent;
    else {
      this.dispatchEvent(new CustomEvent('moved'));
      void this.fetchLatest();
      await this.fetchLeft(this.job);
      await this.fetchLoads(this.job); // what comes last stands last
    }
  }

  private async fetchLoads({ table }: Reassignment): Promise<void> {
    const persons = table.flatMap(({ from, to }) => [from.person, to.person]).filter((one) => one !== undefined);
    const mine = ++this.reckoned;
    const loads = await loadsOf(this.desk.client, persons);
    if (mine === this.reckoned) this.loads = loads;
  }

  private async fetchLatest(): Promise<void> {
    try {
      this.latest = (await this.desk.client.get('/v1/{jurisdiction}/reassignments', {})).reassignments.filter((one) => one.status !== 'previewed').slice(0, 5);
    } catch {
      this.latest = [];
    }
  }

  /** Which reports were left alone, as somebody changed them meanwhile. */
  private async fetchLeft(job: Reassignment): Promise<void> {
    this.left = [];
    if (!job.results.changed) return;
    const left: string[] = [];
    try {
      for (let cursor: string | undefined = '', parts = 0; cursor !== undefined && parts < mostParts && left.length < job.results.changed; parts++) {
        const part: ReassignmentOutcomes = await this.desk.client.get('/v1/{jurisdiction}/reassignments/{job}/outcomes', { path: { job: job.job }, query: cursor ? { cursor } : {} });
        left.push(...part.reports.filter((one) => one.result === 'changed').map((one) => one.report));
        cursor = part.next || undefined;
      }
    } catch {
      // Their number is told all the same.
    }
    if (this.job?.job === job.job) this.left = left;
  }

  /** A report by what the list says of it; by the beginning of its id where it is not listed. */
  private called(report: string): string {
    const { jurisdiction, areas } = this.desk.setting;
    const item = this.listed.find((one) => one.report === report);
    return item ? `${serviceName(jurisdiction.services, item.service_code, this.language)} · ${path(item.chain.slice(-2).map((code) => areas.name(code)))}` : report.slice(0, 8);
  }

  /** Draws where the listed reports of the first page would go. */
  private async fetchLines(job: Reassignment): Promise<void> {
    if (job.reports === 0) return;
    try {
      const { reports } = await this.desk.client.get('/v1/{jurisdiction}/reassignments/{job}/outcomes', { path: { job: job.job } });
      if (this.job?.job === job.job) this.lines(this.linesOf(reports));
    } catch {
      // The table says the same.
    }
  }

  private linesOf(outcomes: readonly ReassignmentOutcome[]): [Position, Position][] {
    const listed = new Map(this.listed.map((one) => [one.report, one]));
    return outcomes.flatMap(({ report, to }): [Position, Position][] => {
      const from = listed.get(report);
      const home = to.area ? this.desk.setting.areas.area(to.area)?.label : undefined;
      return from && home ? [[[from.lon, from.lat], home]] : [];
    });
  }

  private lines(lines: [Position, Position][]): void {
    this.dispatchEvent(new CustomEvent('lines', { detail: lines }));
  }

  private who(assignee: Assignee): string {
    const { jurisdiction, areas } = this.desk.setting;
    return staffName(this.t, this.language, jurisdiction, areas, assignee);
  }

  protected override render() {
    const { s, job } = this;
    return html`
      <div class="panel-head"><h2 id="panel-title" tabindex="-1">${s.bulkTitle}</h2>
        <button type="button" class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('close'))}>${s.bulkClose}</button></div>
      ${job ? this.result(job) : isEmpty(this.picked) ? nothing : this.form()}
      ${this.trouble ? html`<p class="notice bad bulk-trouble" role="alert" tabindex="-1">${this.trouble}</p>` : nothing}
      ${job ? nothing : this.latestList()}`;
  }

  private form() {
    const { s } = this;
    return html`<form class="bulk" novalidate aria-label=${s.bulkTitle} @submit=${(event: SubmitEvent) => void this.preview(event)}>
      <dl class="facts"><dt>${s.bulkWhat}</dt><dd><strong class="bulk-what">${this.what}</strong>${this.picked.by === 'reports' ? nothing : html`<br><span class="hint">${s.bulkFilters}</span>`}</dd></dl>
      ${this.targetFields()}
      <div class="field"><label for="bulk-reason">${s.reassignReason}</label>
        <textarea id="bulk-reason" rows="2" maxlength=${words.reason} aria-required="true" aria-invalid=${this.wrong ? 'true' : 'false'} aria-describedby="bulk-wrong"
          .value=${this.reason} @input=${(event: Event) => { this.write({ reason: (event.target as HTMLTextAreaElement).value }); this.wrong = ''; }}></textarea>
        <p class="wrong" id="bulk-wrong" role="alert">${this.wrong}</p></div>
      <p class="hint">${s.bulkPreviewHint}</p>
      <button class="primary" aria-disabled=${this.busy ? 'true' : 'false'}>${this.busy ? s.bulkPreviewing : s.bulkPreview}</button>
    </form>`;
  }

  private targetFields() {
    const { s, desk } = this;
    return html`<div class="field"><label for="bulk-to">${s.bulkTo}</label>
        <select id="bulk-to" @change=${(event: Event) => this.write({ target: (event.target as HTMLSelectElement).value, person: '' })}>
          <option value=${onDuty} .selected=${this.target === onDuty}>${s.bulkOnDuty}</option>${areaOptions(this.language, desk, this.target)}
        </select></div>
      <div class="field"><label for="bulk-person">${s.reassignPerson}</label>
        <select id="bulk-person" ?disabled=${this.target === onDuty || this.target === toQueue} @change=${(event: Event) => this.write({ person: (event.target as HTMLSelectElement).value })}>${personOptions(desk, this.target, this.person)}</select></div>`;
  }

  private result(job: Reassignment) {
    const { s } = this;
    const { results } = job;
    const told = Object.values(results).reduce((sum, one) => sum + one, 0);
    const headline = job.status === 'previewed' ? (job.reports === 0 ? s.bulkNothing : s.bulkTable) : job.status === 'waiting' ? s.bulkWaiting
      : job.status === 'running' ? s.bulkRunning(String(told), String(job.reports)) : job.undoes ? s.bulkUndone(String(results.done)) : s.bulkFinished(String(results.done));
    const running = job.status === 'waiting' || job.status === 'running';
    return html`<section class="bulk-result" data-status=${job.status}>
      <div role="status"><h3 id="bulk-result" tabindex="-1">${headline}</h3></div>
      <dl class="facts"><dt>${s.reason}</dt><dd><bdi>${job.reason}</bdi></dd></dl>
      ${job.table.length > 0 ? html`<div data-room="table">${keyed(job.job, this.table(job))}</div>` : nothing}
      <div class="bulk-end" data-room="end">${running ? html`<progress max=${Math.max(1, job.reports)} value=${told} aria-label=${headline}></progress><p class="hint">${s.bulkGone}</p>` : this.resultButtons(job)}</div>
      ${job.status === 'previewed' && this.finished(job) > 0 ? html`<p>${s.bulkFinishedBefore(String(this.finished(job)))}</p>` : nothing}
      ${job.already_there ? html`<p>${s.bulkAlreadyThere(String(job.already_there))}</p>` : nothing}
      ${job.not_permitted + results.not_permitted > 0 ? html`<p>${s.bulkNotPermitted(String(job.not_permitted + results.not_permitted))}</p>` : nothing}
      ${results.changed ? html`<div class="notice warn"><p>${s.bulkChanged(String(results.changed))}</p>${this.left.length > 0 ? html`<ul class="left-alone">${this.left.map((report) => html`<li><button type="button" class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('visit', { detail: report }))}>${this.called(report)}</button></li>`)}</ul>` : nothing}</div>` : nothing}
      ${results.failed ? html`<p class="notice bad">${s.bulkFailed(String(results.failed))}</p>` : nothing}
      ${job.table.length > 0 ? this.loadTable(job) : nothing}
    </section>`;
  }

  /** How many of those picked are finished, and so with nobody: of a place those that are listed. */
  private finished(job: Reassignment): number {
    const { picked } = this;
    return picked.by === 'reports' ? picked.reports.size - job.reports - job.already_there - job.not_permitted
      : this.listed.filter((one) => !unfinished.includes(one.status) && isPicked(picked, one)).length;
  }

  private resultButtons(job: Reassignment) {
    const { s } = this;
    const { results } = job;
    return html`<div class="buttons">${job.status === 'previewed' ? html`
          ${job.reports > 0 ? html`<button type="button" class="primary" aria-disabled=${this.busy ? 'true' : 'false'} @click=${() => void this.decide('confirmation')}>${s.bulkConfirm(String(job.reports))}</button>` : nothing}
          <button type="button" class="secondary" @click=${() => { this.change(); void this.focusOn('#bulk-to'); }}>${s.bulkBack}</button>` : nothing}
        ${job.status === 'finished' && !job.undoes && results.done > 0 ? html`<button type="button" class="secondary" aria-disabled=${this.busy ? 'true' : 'false'} @click=${() => void this.decide('undo')}>${this.busy ? s.bulkUndoing : s.bulkUndo}</button>` : nothing}</div>`;
  }

  private table(job: Reassignment) {
    const { s } = this;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${s.bulkTable}><table class="gives"><caption class="sr">${s.bulkTable}</caption>
      <thead><tr><th scope="col">${s.bulkFrom}</th><th scope="col">${s.bulkInto}</th><th scope="col" class="number">${s.bulkReports}</th></tr></thead>
      <tbody>${this.namedLines(job).map(([from, to, reports]) => html`<tr><td>${from}</td><td>→ ${to}</td><td class="number">${reports}</td></tr>`)}</tbody></table></div>
      ${job.status === 'previewed' ? html`<p class="hint">${s.bulkMapNote}</p>` : nothing}`;
  }

  /** The table by name: that somebody had some reports by duty and others by deputy is nothing to tell apart here. */
  private namedLines({ table }: Reassignment): [string, string, number][] {
    const sums = new Map<string, [string, string, number]>();
    for (const { from, to, reports } of table) {
      const [giver, taker] = [this.who(from), this.who(to)];
      const key = JSON.stringify([from.person, giver, to.person, taker]);
      sums.set(key, [giver, taker, (sums.get(key)?.[2] ?? 0) + reports]);
    }
    return [...sums.values()];
  }

  private loadTable({ table, status }: Reassignment) {
    const { s } = this;
    const names = new Map(table.flatMap(({ from, to }) => [from, to]).map((one) => [one.person ?? '', this.who(one)]));
    const rows = [...changesOf(table)].filter(([person]) => this.loads.has(person));
    if (rows.length === 0) return nothing;
    const number = (load: Load, more: number) => (load.more ? s.loadMore(String(load.open + more)) : String(load.open + more));
    return html`<h3>${s.loadTitle}</h3><table class="gives"><caption class="sr">${s.loadTitle}</caption>
      <thead><tr><th scope="col">${s.loadPerson}</th><th scope="col" class="number">${s.loadNow}</th><th scope="col" class="number">${s.loadLate}</th>${status === 'previewed' ? html`<th scope="col" class="number">${s.loadAfter}</th>` : nothing}</tr></thead>
      <tbody>${rows.map(([person, change]) => {
        const load = this.loads.get(person) as Load;
        return html`<tr><th scope="row">${names.get(person)}</th><td class="number">${number(load, 0)}</td><td class="number">${load.late > 0 ? `! ${load.late}` : 0}</td>${status === 'previewed' ? html`<td class="number">${number(load, change)}</td>` : nothing}</tr>`;
      })}</tbody></table>`;
  }

  private latestList() {
    const { s, t } = this;
    const others = this.latest.filter((one) => one.job !== this.job?.job);
    if (others.length === 0) return nothing;
    const zone = this.desk.setting.jurisdiction.time_zone;
    return html`<details class="latest"><summary>${s.bulkLatest}</summary><ul>${others.map((one) => html`<li>
      <button type="button" class="quiet" @click=${() => void this.watch(one)}>${s.bulkLatestOne(moment(t, zone, one.made_at), String(one.reports))} · ${s[`job_${one.status}`]}<br><bdi class="hint">${one.reason}</bdi></button></li>`)}</ul></details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-bulk': Bulk }
}
