import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { fieldOf, isOpen, Refusal, sentence } from '../contract/errors.ts';
import { newKey } from '../contract/once.ts';
import type { FileFault, Gazetteer, GazetteerIntake } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import { save } from '../page/save.ts';
import type { Setting } from '../page/settings.ts';
import { GazetteerElement } from './element.ts';
import { confirmation, countryOf, short, stateChip, versionCalled } from './versions.ts';

/** Milliseconds until an import is looked at again, and after no answer came. */
const lookEvery = 1000;
const lookLater = 3000;

/** How many faults the server lists at most. */
const mostFaults = 500;

/**
 * One import, as far as it is, until it is done or refused; then what is wrong with the file, by line, or the way to put it in force. It
 * goes on whatever becomes of the page. Events: `ordered` {import}, `go` {place}, `ended` {error}.
 */
@customElement('weige-gazetteer-intake')
export class IntakeElement extends GazetteerElement {
  @property({ attribute: false }) setting!: Setting;
  /** What a person is called. */
  @property({ attribute: false }) person: (id: string | undefined) => string = (id) => id ?? '';
  /** The import's id. */
  @property({ attribute: false }) intake = '';
  @state() private now: GazetteerIntake | undefined;
  @state() private trouble = '';
  @state() private unreached = false;
  @state() private busy = false;
  /** What is in force while somebody is asked whether another takes its place. */
  @state() private replaced: Gazetteer | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Stands for the order to put it in force, until that has been answered. */
  private key = newKey();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('intake')) return;
    this.now = undefined;
    this.replaced = undefined;
    this.trouble = '';
    this.key = newKey();
    clearTimeout(this.timer);
    void this.look();
  }

  override disconnectedCallback(): void {
    clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  private async look(): Promise<void> {
    const { intake } = this;
    try {
      const now = await this.setting.client.get('/v1/{jurisdiction}/gazetteer/imports/{import}', { path: { import: intake } });
      if (intake !== this.intake) return;
      this.now = now;
      this.unreached = false;
    } catch (error) {
      if (intake !== this.intake) return;
      if (!isOpen(error)) return this.fail(error);
      this.unreached = true;
    }
    const final = this.now?.state === 'done' || this.now?.state === 'refused';
    if (this.isConnected && !final) this.timer = setTimeout(() => void this.look(), this.unreached ? lookLater : lookEvery);
  }

  private fail(error: unknown): void {
    if (error instanceof Refusal && (error.status === 401 || error.status === 403)) this.dispatchEvent(new CustomEvent('ended', { detail: error }));
    else this.trouble = fieldOf(error) === 'upload' ? this.g.gone : sentence(this.t, error);
  }

  /** Asks before another gazetteer goes out of use; where there is none yet, nothing has to be asked. */
  private async ask(now: GazetteerIntake): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = '';
    try {
      const all = await this.setting.client.get('/v1/{jurisdiction}/gazetteer', {});
      this.replaced = all.versions.find((one) => one.version === all.in_force);
    } catch (error) {
      return this.fail(error);
    } finally {
      this.busy = false;
    }
    if (this.replaced) await this.focusOn('.confirm .primary');
    else await this.use(now);
  }

  private leave(): void {
    this.replaced = undefined;
    void this.focusOn('.intake .primary');
  }

  /** Orders the import of what was checked. */
  private async use({ country, upload, name }: GazetteerIntake): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = '';
    try {
      const order = { country, upload, dry_run: false, ...(name ? { name } : {}) };
      const next = await this.setting.client.post('/v1/{jurisdiction}/gazetteer/imports', { body: order, key: this.key });
      this.dispatchEvent(new CustomEvent('ordered', { detail: next.import }));
    } catch (error) {
      if (!isOpen(error)) this.key = newKey();
      this.fail(error);
    } finally {
      this.busy = false;
    }
  }

  private go(place: { import?: string; try?: string }): void {
    this.dispatchEvent(new CustomEvent('go', { detail: place }));
  }

  protected override render() {
    const { g, t, now } = this;
    const alert = this.trouble ? html`<p class="notice bad" role="alert">${this.trouble}</p><div class="buttons"><button type="button" class="secondary" @click=${() => this.go({ import: '' })}>${g.again}</button></div>` : nothing;
    if (!now) return html`<section class="card">${alert}${this.unreached ? html`<p role="status">${g.unreached}</p>` : this.trouble ? nothing : html`<p role="status">${t.loading}</p>`}</section>`;
    const zone = this.setting.jurisdiction.time_zone;
    return html`<section class="card intake" data-state=${now.state}><h2>${now.dry_run ? g.runTrial : g.runReal} ${stateChip(g, now)}</h2>
      <p>${g.runOf(now.name || g.unnamed, countryOf(g, now.country))}<br><span class="hint">${g.runAt(moment(t, zone, now.began_at), this.person(now.by))}</span></p>
      ${alert}${now.state === 'done' ? this.outcome(now) : now.state === 'refused' ? this.refusal(now) : this.progress(now)}</section>`;
  }

  private progress(now: GazetteerIntake) {
    const { g } = this;
    const compiling = now.state === 'compiling';
    const said = compiling ? g.progressCompiling(this.count(now.compiled), this.count(now.addresses))
      : now.state === 'reading' ? g.progressReading(this.size(now.bytes_read), this.size(now.bytes), this.count(now.addresses)) : g.progressWaiting;
    const [value, most] = compiling ? [now.compiled, now.addresses] : [now.bytes_read, now.bytes];
    return html`<progress aria-label=${g.progress} max=${Math.max(1, most)} value=${value}></progress><p role="status">${this.unreached ? g.unreached : said}</p><p class="hint">${g.progressNote}</p>`;
  }

  private outcome(now: GazetteerIntake) {
    const { g } = this;
    const { result } = now;
    const warnings = result?.warnings ?? [];
    const places = this.count(result?.places ?? 0);
    return html`<p class="notice" role="status">${now.dry_run ? g.good(this.count(now.addresses), places) : g.goodReal(this.count(now.addresses), short(result?.version ?? ''))}</p>
      ${warnings.length > 0 ? html`<p class="notice warn">${g.warned(this.count(warnings.length) + (warnings.length >= mostFaults ? '+' : ''))}</p>` : nothing}
      ${keyed(this.replaced, html`${this.replaced ? this.question(now, this.replaced) : nothing}
      <div class="buttons">${now.dry_run ? html`${this.replaced ? nothing : html`<button type="button" class="primary" aria-disabled=${this.busy ? 'true' : 'false'} @click=${() => void this.ask(now)}>${g.use}</button>`}
        <button type="button" class="secondary" @click=${() => this.go({ import: '' })}>${g.again}</button>`
        : html`<button type="button" class="primary" @click=${() => this.go({ try: '' })}>${g.goTry}</button><button type="button" class="secondary" @click=${() => this.go({})}>${g.goVersions}</button>`}</div>
      ${this.faults(warnings)}`)}`; // with the question what follows it is there anew, not the one before moved
  }

  private question(now: GazetteerIntake, replaced: Gazetteer) {
    const { g } = this;
    const [before, after] = [replaced.addresses, now.addresses];
    return confirmation({ title: g.useAsk(now.name || g.unnamed), busy: this.busy, yes: g.useYes, no: g.useNo, sure: () => void this.use(now), leave: () => this.leave(),
      notes: [g.useCounts(this.count(before), this.count(after)), ...(after < before / 2 ? [g.useFewer] : []), ...(replaced.country === now.country ? [] : [g.useCountry(countryOf(g, replaced.country), countryOf(g, now.country))]),
        g.putBackNow(versionCalled(g, this.t, this.setting.jurisdiction.time_zone, replaced), this.count(before))] });
  }

  private refusal({ refusal }: GazetteerIntake) {
    const { g, t } = this;
    const faults = refusal?.faults ?? [];
    const errors = faults.filter((one) => one.kind !== 'warning').length;
    const said = refusal?.code === 'conflict' ? g.stale : refusal?.field === 'upload' ? g.gone
      : errors === 0 ? sentence(t, new Refusal(422, { code: refusal?.code ?? '', message: refusal?.message ?? '' })) : errors >= mostFaults ? g.badMany(this.count(errors)) : g.bad(this.count(errors));
    return html`<p class="notice bad" role="alert">${said}</p>
      <div class="buttons"><button type="button" class="primary" @click=${() => this.go({ import: '' })}>${g.again}</button></div>${this.faults(faults)}`;
  }

  private faults(faults: readonly FileFault[]) {
    const { g } = this;
    if (faults.length === 0) return nothing;
    return html`<h3>${g.faultsTitle}</h3><div class="scroll lines" role="region" aria-label=${g.faultsTitle} tabindex="0"><table class="grid"><thead><tr><th scope="col" class="number">${g.colLine}</th><th scope="col">${g.colField}</th><th scope="col">${g.colFault}</th></tr></thead>
        <tbody>${faults.map((one) => html`<tr><th scope="row" class="number">${one.line ?? ''}</th><td><code>${one.field ?? ''}</code></td><td>${one.kind === 'warning' ? html`<span class="chip waiting">${g.warning}</span> ` : nothing}${this.words(one)}</td></tr>`)}</tbody></table></div>
      <div class="buttons"><button type="button" class="secondary" @click=${() => save(new Blob([this.list(faults)], { type: 'text/csv' }), 'faults.csv')}>${g.faultsGet}</button></div>`;
  }

  /** What is wrong: in English the server's own sentence, which says more; in other languages ours, where there is one. */
  private words(fault: FileFault): string {
    const key = `reason_${fault.reason}`;
    return this.t.lang !== 'en' && key in this.g ? (this.g[key as 'reason_no_head']) : fault.message;
  }

  private list(faults: readonly FileFault[]): string {
    const { g } = this;
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const rows = faults.map((one) => [String(one.line ?? ''), cell(one.field ?? ''), cell(one.kind === 'warning' ? g.warning : ''), cell(this.words(one))].join(','));
    return `\ufeff${[g.colLine, g.colField, '', g.colFault].join(',')}\r\n${rows.join('\r\n')}\r\n`;
  }

  /** Bytes for people. */
  private size(bytes: number): string {
    const mega = bytes >= 1e6;
    return `${new Intl.NumberFormat(this.t.lang, { maximumFractionDigits: 1 }).format(bytes / (mega ? 1e6 : 1e3))} ${mega ? 'MB' : 'kB'}`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-gazetteer-intake': IntakeElement }
}
