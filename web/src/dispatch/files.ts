import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { hasCode, Refusal, sentence } from '../contract/errors.ts';
import type { ReportImport } from '../contract/schemas.ts';
import { filesTexts } from '../locale/files.ts';
import { chooseAnew } from '../page/choose-anew.ts';
import { save } from '../page/save.ts';
import { PageElement } from '../page/element.ts';
import type { Desk } from './desk.ts';
import { wholeFile, type ExportFormat, type ExportKind } from './exporting.ts';

const kinds = ['reports', 'assignments', 'areas'] as const;

/** How many faults are listed; a file with more has one cause for most of them. */
const mostFaults = 50;

/** Reads files out and takes them in. Event: `imported` after reports were filed. */
@customElement('weige-files')
export class Files extends PageElement {
  @property({ attribute: false }) desk!: Desk;
  /** The area of the list; empty for all. */
  @property({ attribute: false }) area = '';

  @state() private busy: 'export' | 'import' | undefined;
  @state() private exportWrong = '';
  @state() private importWrong = '';
  @state() private source = '';
  @state() private file: File | undefined;
  @state() private result: ReportImport | undefined;
  private kind: ExportKind = 'reports';
  private format: ExportFormat = 'csv';
  private from = day(-30);
  private until = day(0);

  private get s() {
    return filesTexts();
  }

  private async download(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const { kind, format, from, until, area } = this;
    this.exportWrong = kind !== 'areas' && (!from || !until || from > until) ? this.s.exportPeriod : '';
    if (this.exportWrong) return;
    this.busy = 'export';
    try {
      const { client } = this.desk;
      save(await wholeFile(client, { kind, format, from, until, area }, client.jurisdiction), `${kind}-${client.jurisdiction}${kind === 'areas' ? '' : `-${from}-${until}`}.${format}`);
    } catch (error) {
      this.exportWrong = sentence(this.t, error);
    } finally {
      this.busy = undefined;
    }
  }

  private async bring(dryRun: boolean): Promise<void> {
    const { file, source, busy } = this;
    if (busy) return;
    this.importWrong = !file || !source.trim() ? this.s.importNeed : '';
    if (!file || this.importWrong) return;
    this.busy = 'import';
    this.result = undefined;
    const chosen = () => file === this.file && source === this.source; // a check of another file says nothing of this one
    try {
      const result = await this.desk.client.send('/v1/{jurisdiction}/imports', { query: { source: source.trim(), dry_run: dryRun }, file: new Blob([file], { type: 'text/csv' }) });
      if (chosen() || !dryRun) this.result = result;
      if (!dryRun) this.dispatchEvent(new CustomEvent('imported'));
    } catch (error) {
      if (chosen()) this.importWrong = [hasCode(error, 'faulty_file') ? this.s.importFaulty : sentence(this.t, error), ...this.columns(error)].join(' ');
    } finally {
      this.busy = undefined;
    }
  }

  protected override render() {
    return html`${this.exportForm()}${this.importForm()}`;
  }

  private exportForm() {
    const { s } = this;
    const field = (id: string, label: string, control: unknown) => html`<div class="field"><label for=${id}>${label}</label>${control}</div>`;
    const date = (id: string, value: string, change: (value: string) => void) => html`<input id=${id} type="date" .value=${value} @change=${(event: Event) => change((event.target as HTMLInputElement).value)}>`;
    const chosen = (event: Event) => (event.target as HTMLSelectElement).value;
    return html`<form class="files-form" novalidate aria-labelledby="export-title" @submit=${(event: SubmitEvent) => void this.download(event)}>
      <h3 id="export-title">${s.exportTitle}</h3><p class="hint">${s.exportNote}</p>
      ${field('export-kind', s.exportWhat, html`<select id="export-kind" @change=${(event: Event) => { this.kind = chosen(event) as ExportKind; this.requestUpdate(); }}>
        ${kinds.map((kind) => html`<option value=${kind} .selected=${kind === this.kind}>${s[`export_${kind}`]}</option>`)}</select>`)}
      ${this.kind === 'areas' ? nothing : html`<div class="pair">${field('export-from', s.exportFrom, date('export-from', this.from, (value) => { this.from = value; }))}
        ${field('export-until', s.exportUntil, date('export-until', this.until, (value) => { this.until = value; }))}</div>`}
      ${field('export-format', s.exportFormat, html`<select id="export-format" @change=${(event: Event) => { this.format = chosen(event) as ExportFormat; }}>
        <option value="csv">${s.exportCsv}</option><option value="geojson">${s.exportGeojson}</option></select>`)}
      <p class="wrong" role="alert">${this.exportWrong}</p>
      <button class="secondary" aria-disabled=${this.busy ? 'true' : 'false'}>${keyed(this.busy, html`<span>${this.busy === 'export' ? s.exportBusy : s.exportStart}</span>`)}</button>
    </form>`;
  }

  /** What is wrong with the columns of a file, each in a sentence. */
  private columns(error: unknown): string[] {
    const { s } = this;
    if (!(error instanceof Refusal)) return [];
    return (error.fault.faults ?? []).slice(0, 5).map(({ kind, field = '', line, message }) => {
      switch (kind) {
        case 'duplicate_column': case 'unknown_column': case 'missing_column': return s[`import_${kind}`](field);
        case 'malformed_line': return s.importMalformed(String(line ?? ''));
        default: return message;
      }
    });
  }

  /** What is wrong with a line, by its field; the server's own words say it more exactly to those who read English. */
  private why(field: string, message: string): string {
    const key = `import_${field.replace(/^answers\..*/, 'answers')}`;
    return this.language === 'en' && message ? message : key in this.s ? String(this.s[key as 'import_lon']) : message;
  }

  private importForm() {
    const { s, result } = this;
    const changed = () => { this.result = undefined; this.importWrong = ''; };
    return html`<form class="files-form" novalidate aria-labelledby="import-title" @submit=${(event: SubmitEvent) => { event.preventDefault(); void this.bring(true); }}>
      <h3 id="import-title">${s.importTitle}</h3><p class="hint">${s.importNote}</p>
      <div class="field"><label for="import-source">${s.importSource}</label>
        <input id="import-source" maxlength="32" autocomplete="off" .value=${this.source} @input=${(event: Event) => { this.source = (event.target as HTMLInputElement).value; changed(); }}></div>
      <div class="field"><label for="import-file">${s.importFile}</label>
        <input id="import-file" type="file" accept=".csv,text/csv" @click=${(event: Event) => { chooseAnew(event); this.file = undefined; changed(); }} @change=${(event: Event) => { this.file = (event.target as HTMLInputElement).files?.[0]; changed(); }}></div>
      <p class="wrong" role="alert">${this.importWrong}</p>
      <button class="secondary" aria-disabled=${this.busy ? 'true' : 'false'}>${keyed(this.busy, html`<span>${this.busy === 'import' ? s.importBusy : s.importCheck}</span>`)}</button>
      <div role="status">${result ? this.outcome(result) : nothing}</div>
    </form>`;
  }

  private outcome(result: ReportImport) {
    const { s } = this;
    const say = result.dry_run ? s.importChecked : s.importDone;
    const faults = result.lines.filter((one) => one.result === 'fault');
    return html`<p class="notice ${result.faults > 0 ? 'warn' : ''}">${say(result.filed, result.there, result.faults)}</p>
      ${faults.length > 0 ? html`<ul class="faults">${faults.slice(0, mostFaults).map((one) => html`<li><strong>${s.importLine(one.line, one.number)}</strong>
        ${one.field ? html`<code>${one.field}</code> ` : nothing}${this.why(one.field ?? '', one.message ?? '')}</li>`)}</ul>` : nothing}
      ${result.dry_run && result.filed > 0 ? html`<button type="button" class="primary" @click=${() => void this.bring(false)}>${s.importStart(result.filed)}</button>` : nothing}`;
  }
}

/** The day so many days from today, where whoever asks is. */
function day(days: number): string {
  const at = new Date();
  at.setDate(at.getDate() + days);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

declare global {
  interface HTMLElementTagNameMap { 'weige-files': Files }
}
