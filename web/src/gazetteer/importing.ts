import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { newKey } from '../contract/once.ts';
import { Refusal, sentence } from '../contract/errors.ts';
import { chooseAnew } from '../page/choose-anew.ts';
import { save } from '../page/save.ts';
import type { Setting } from '../page/settings.ts';
import { upload } from '../page/upload.ts';
import { GazetteerElement } from './element.ts';
import { columns, known, sampleFile, sampleOf, type Sample } from './sample.ts';

const countries = ['cn', 'us'] as const;

/** Takes a file of standard addresses: what it should look like, how the chosen one begins, and the way to have it checked. Events: `ordered` {import}, `ended` {error}. */
@customElement('weige-gazetteer-import')
export class ImportElement extends GazetteerElement {
  @property({ attribute: false }) setting!: Setting;
  /** Whose addresses the gazetteer in force holds; empty while there is none. */
  @property({ attribute: false }) country = '';
  @state() private chosen = '';
  @state() private file: File | undefined;
  @state() private sample: Sample | undefined;
  @state() private busy = false;
  @state() private trouble = '';

  private get of(): string {
    return this.chosen || this.country || (this.setting.jurisdiction.time_zone.startsWith('America/') ? 'us' : 'cn');
  }

  private async take(file: File | undefined): Promise<void> {
    this.file = file;
    this.trouble = '';
    const sample = file && (await sampleOf(file));
    if (file === this.file) this.sample = sample;
  }

  /** Has the file checked: it is sent once, and put in force by its key later. */
  private async check(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { file, busy, setting: { client } } = this;
    if (busy) return;
    const unfit = this.sample?.unfit;
    this.trouble = !file ? this.g.needFile : unfit ? this.g[`unfit_${unfit}`] : '';
    if (!file || unfit) return;
    this.busy = true;
    try {
      const order = { country: this.of, upload: await upload(client, file), dry_run: true, name: file.name.slice(0, 200) };
      const intake = await client.post('/v1/{jurisdiction}/gazetteer/imports', { body: order, key: newKey() });
      this.dispatchEvent(new CustomEvent('ordered', { detail: intake.import }));
    } catch (error) {
      if (error instanceof Refusal && (error.status === 401 || error.status === 403)) this.dispatchEvent(new CustomEvent('ended', { detail: error }));
      else this.trouble = error instanceof Refusal ? sentence(this.t, error) : this.g.uploadFailed;
    } finally {
      this.busy = false;
    }
  }

  protected override render() {
    const { g, busy } = this;
    return html`<div class="side-by-side"><form class="card" novalidate aria-labelledby="import-title" @submit=${(event: SubmitEvent) => void this.check(event)}><h2 id="import-title">${g.importTitle}</h2><p class="hint">${g.importNote}</p>
        <label class="field">${g.country}<select @change=${(event: Event) => { this.chosen = (event.target as HTMLSelectElement).value; }}>
          ${countries.map((one) => html`<option value=${one} .selected=${one === this.of}>${g[`country_${one}`]}</option>`)}</select></label>
        <label class="field">${g.file}<input type="file" accept=".csv,.txt,text/csv" aria-describedby="import-wrong" @click=${(event: Event) => { chooseAnew(event); void this.take(undefined); }} @change=${(event: Event) => void this.take((event.target as HTMLInputElement).files?.[0])}></label>
        ${this.sample ? this.beginning(this.sample) : nothing}
        <p class="wrong" id="import-wrong" role="alert">${this.trouble}</p>
        <div class="buttons"><button class="primary" aria-disabled=${busy ? 'true' : 'false'}>${g.check}</button>${busy ? html`<span role="status">${g.uploading}</span>` : nothing}</div></form>
      <section class="card"><h2>${g.columnsTitle}</h2><p class="hint">${g.columnsNote}</p>
        <table class="grid"><thead><tr><th scope="col">${g.colColumn}</th><th scope="col">${g.colMeaning}</th></tr></thead>
          <tbody>${columns.map((one) => html`<tr><th scope="row"><code>${one}</code></th><td>${g[`column_${one}`]}</td></tr>`)}</tbody></table>
        <div class="buttons"><button type="button" class="secondary" @click=${() => save(new Blob([sampleFile(this.of)], { type: 'text/csv' }), `addresses-${this.of}.csv`)}>${g.sampleGet}</button></div></section></div>`;
  }

  private beginning({ unfit, head, rows, missing, ignored }: Sample) {
    const { g, t } = this;
    if (unfit) return html`<div class="sample"><p class="notice bad" role="status">${g[`unfit_${unfit}`]}</p></div>`;
    const listed = (names: readonly string[]) => names.join(t.lang === 'en' ? ', ' : '、');
    return html`<div class="sample"><p class="notice ${missing.length > 0 ? 'bad' : ''}" role="status">${missing.length > 0 ? g.sampleMissing(listed(missing)) : g.sampleGood}
        ${ignored.length > 0 ? g.sampleIgnored(listed(ignored)) : nothing}</p>
      ${head.length > 0 ? html`<div class="scroll" role="region" aria-label=${g.sampleTitle} tabindex="0"><table class="grid"><caption>${g.sampleTitle}</caption>
        <thead><tr>${head.map((name) => html`<th scope="col"><code>${name}</code>${known(name) ? nothing : html` <span class="hint">${g.notRead}</span>`}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<tr>${head.map((_, at) => html`<td>${row[at] ?? ''}</td>`)}</tr>`)}</tbody></table></div>` : nothing}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-gazetteer-import': ImportElement }
}
