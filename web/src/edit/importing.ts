import type * as GeoJSON from 'geojson';
import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Position } from '../contract/areas.ts';
import { hasCode, isOpen, sentence } from '../contract/errors.ts';
import type { Datum, FileFault, Inspection, LevelMapping } from '../contract/schemas.ts';
import { distance } from '../locale/format.ts';
import '../map/sketch-element.ts';
import type { SketchElement } from '../map/sketch-element.ts';
import type { SetTiles } from '../map/sketch-sources.ts';
import { chooseAnew } from '../page/choose-anew.ts';
import type { Setting } from '../page/settings.ts';
import { upload } from '../page/upload.ts';
import { EditorElement } from './element.ts';
import { faultList } from './fault-list.ts';
import { faultBox, faultShapes, kindOf } from './faults.ts';
import { twice } from './lost.ts';
import { shapesOf } from './outlines.ts';
import { boxOf } from './shapes.ts';
import { tilesOf } from './tiles.ts';

const datums: readonly Datum[] = ['WGS84', 'CGCS2000', 'GCJ02', 'BD09'];

/** Bytes up to which a file is sent with the request; a larger one is uploaded first. */
const inline = 3_000_000;

/**
 * Brings a file in: what it holds, which datum, which properties are what, everything wrong with it on the map, then a draft. Events:
 * `imported` {set}, `ended` {error}.
 */
@customElement('weige-import')
export class ImportElement extends EditorElement {
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) inForce = '';
  @state() private inspection: Inspection | undefined;
  @state() private datum: Datum | '' = '';
  @state() private levels: LevelMapping[] = [];
  /** Metres that an area may reach out of its parent, if somebody says so. */
  @state() private slack = 0;
  @state() private busy: 'reading' | 'checking' | 'importing' | '' = '';
  @state() private trouble = '';
  @state() private faults: readonly FileFault[] = [];
  @state() private shapes: GeoJSON.GeoJSON | undefined;
  /** The file as it lies by the datum that was chosen. */
  @state() private drawn: GeoJSON.GeoJSON | undefined;
  /** The set in force: the ground until there is a file to be drawn, and what the file is held against. */
  @state() private ground: SetTiles | undefined;
  /** The set in force, where the file does not lie in it. */
  @state() private earlier: SetTiles | undefined;
  @query('weige-sketch') private map!: SketchElement | null;
  /** What the draft is for. */
  private note = '';
  private features: Record<string, unknown> | undefined;
  private upload = '';
  /** Increases with every choice, of a file and of how it is to be read: an answer about another one says nothing of this one. */
  private turn = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('inForce')) void this.standIn().catch(() => undefined); // the ground stays empty then, and is asked for again with what needs it
  }

  /** The set in force as the map shows it; undefined where there is none. */
  private async standIn(): Promise<SetTiles | undefined> {
    const set = this.inForce;
    if (set && !this.ground) this.ground = tilesOf(this.setting, await this.setting.client.get('/v1/{jurisdiction}/boundary-sets/{set}', { path: { set } }));
    return this.ground;
  }

  private async take(file: File | undefined): Promise<void> {
    if (!file) return;
    this.turn++;
    this.inspection = undefined;
    this.faults = [];
    this.datum = ''; // another file may be of another one, and its levels may need no slack
    this.slack = 0;
    await this.attempt('reading', async (wanted) => {
      const text = await file.text();
      let parsed: Record<string, unknown> | undefined;
      try {
        const read = JSON.parse(text) as unknown;
        if (typeof read === 'object' && !Array.isArray(read)) parsed = (read ?? undefined) as Record<string, unknown> | undefined;
      } catch {
        parsed = undefined; // the server says what is wrong with it
      }
      const packed = parsed?.['type'] === 'Topology'; // which the server bounds before it is put together here
      const shapes = packed ? undefined : await shapesOf(parsed);
      const features = parsed && file.size <= inline ? parsed : undefined;
      const uploaded = features ? '' : await upload(this.setting.client, file);
      if (!wanted()) return;
      this.shapes = shapes;
      this.drawn = undefined;
      this.earlier = undefined;
      this.features = features;
      this.upload = uploaded;
      const inspection = await this.ask({});
      const unpacked = packed ? await shapesOf(parsed) : shapes;
      if (!wanted()) return;
      this.shapes = unpacked;
      this.inspection = inspection;
      this.levels = inspection.levels.map((one) => ({ ...one }));
    });
    this.map?.fit(this.box() ?? this.city);
  }

  /** The box of the set in force; most of the earth where there is none. */
  private get city(): [number, number, number, number] {
    const [west = -180, south = -60, east = 180, north = 75] = this.setting.jurisdiction.bbox ?? [];
    return [west, south, east, north];
  }

  private get file(): { features: Record<string, unknown> } | { upload: string } {
    return this.features ? { features: this.features } : { upload: this.upload };
  }

  private mapping(datum: Datum): { datum: Datum; levels: LevelMapping[]; slack?: number } {
    return { datum, levels: this.levels, ...(this.slack > 0 ? { slack: this.slack } : {}) };
  }

  private ask(mapping: { datum?: Datum; levels?: LevelMapping[]; slack?: number }): Promise<Inspection> {
    return this.setting.client.post('/v1/{jurisdiction}/boundary-sets/inspection', { body: { ...this.file, mapping } });
  }

  private async attempt(what: 'reading' | 'checking' | 'importing', work: (wanted: () => boolean) => Promise<void>): Promise<void> {
    const was = document.activeElement;
    const { turn } = this;
    const wanted = () => what === 'importing' || turn === this.turn;
    this.busy = what;
    this.trouble = '';
    try {
      await work(wanted);
    } catch (error) {
      if (hasCode(error, 'unauthorized') || hasCode(error, 'forbidden')) this.dispatchEvent(new CustomEvent('ended', { detail: error }));
      else if (wanted()) {
        const faults = hasCode(error, 'faulty_file') ? error.fault.faults ?? [] : [];
        const unread = faults.find((one) => one.kind.startsWith('file_'));
        this.trouble = what === 'importing' && isOpen(error) ? this.e.importUnsent : unread && this.language !== 'en' ? kindOf(this.e, unread.kind) : sentence(this.t, error);
        this.faults = unread ? [] : faults;
      }
    } finally {
      if (wanted()) this.busy = '';
    }
    await this.updateComplete;
    if (wanted()) this.show(was, what === 'reading' && !this.trouble ? '#import-read' : '#import-answer');
  }

  /**
   * Brings what an answer says into view, unless somebody went on elsewhere meanwhile. The keyboard comes along; where nothing was read it stays at the
   * file, which is to be chosen again.
   */
  private show(was: Element | null, answer: string): void {
    const came = this.querySelector<HTMLElement>(answer);
    const { activeElement: now } = document;
    if (!came || (now && now !== document.body && now !== was)) return this.leadOn(was, 'input[type=file]');
    if (this.inspection) came.focus({ preventScroll: true });
    const { top, bottom, right } = (came.firstElementChild ?? came).getBoundingClientRect();
    const sketch = this.map?.getBoundingClientRect();
    const above = sketch && sketch.left < right ? sketch.bottom : 0; // beside it, the map covers nothing
    if (top < above || bottom > innerHeight) came.scrollIntoView({ block: 'start' });
  }

  private check(): void {
    const { datum } = this;
    if (!datum) return;
    void this.attempt('checking', async (wanted) => {
      const tried = await this.ask(this.mapping(datum));
      if (!wanted()) return;
      this.inspection = { ...tried, levels: this.inspection?.levels ?? [] };
      this.faults = tried.faults;
      this.drawn = this.shapes && (await converted(this.shapes, datum));
      this.earlier = tried.shifted || tried.beside || swapped(tried) ? await this.standIn() : undefined;
    });
  }

  private import(): void {
    const { datum } = this;
    if (!datum) return;
    void this.attempt('importing', async () => {
      const body = { ...this.file, mapping: this.mapping(datum), ...(this.note ? { note: this.note } : {}) };
      const { answer } = await twice(() => this.setting.client.post('/v1/{jurisdiction}/boundary-sets', { body })); // the same content gives the same draft
      this.dispatchEvent(new CustomEvent('imported', { detail: answer.set }));
    });
  }

  private box(): [number, number, number, number] | undefined {
    const found: Position[] = [];
    const walk = (value: unknown): void => {
      if (!Array.isArray(value)) return;
      if (typeof value[0] === 'number' && typeof value[1] === 'number') found.push([value[0], value[1]]);
      else value.forEach(walk);
    };
    const features = (this.shapes as GeoJSON.FeatureCollection | undefined)?.features ?? [];
    for (const one of features.slice(0, 2000)) walk((one.geometry as { coordinates?: unknown } | null)?.coordinates);
    return boxOf(found.slice(0, 200_000));
  }

  private reach(slack: number): void {
    this.slack = Math.min(10_000, Math.max(0, slack || 0));
    this.untried();
  }

  /** What was checked is not what would be imported any more. */
  private untried(): void {
    this.turn++;
    if (this.busy === 'checking') this.busy = '';
    if (this.inspection) this.inspection = { ...this.inspection, tried: false };
  }

  private change(at: number, change: Partial<LevelMapping>): void {
    this.levels = this.levels.map((one, n) => {
      if (n !== at) return one;
      const next = { ...one, ...change };
      if (!next.when?.property) delete next.when;
      return next;
    });
    this.untried();
  }

  /** What an answer says comes last, and anew: nothing that is read is moved by it. */
  protected override render() {
    const { e, t, inspection } = this;
    return html`<section class="with-map"><div class="card"><h2>${e.importTitle}</h2>
        <label class="field">${e.importFile}<input type="file" accept=".json,.geojson,.topojson,application/json,application/geo+json" @click=${chooseAnew} @change=${(event: Event) => void this.take((event.target as HTMLInputElement).files?.[0])}></label>
        <p class="doing" role="status">${this.busy ? { reading: e.importReading, checking: e.checking, importing: e.importing }[this.busy] : ''}</p>
        ${inspection ? this.found(inspection) : nothing}
        ${keyed(this.faults, html`<div class="answer" id="import-answer" tabindex="-1">${inspection?.tried ? this.verdict(inspection) : nothing}
        ${this.trouble ? html`<p class="notice bad" role="alert">${this.trouble}</p>` : nothing}
        ${this.faults.length ? faultList({ e, language: t.lang, faults: this.faults, called: namesIn(this.shapes, this.levels), show: (fault) => this.map?.fit(faultBox(fault)) }) : nothing}</div>`)}</div>
      <weige-sketch .label=${e.mapOfDrawing} .bounds=${this.city} .areas=${this.drawn ?? this.shapes} .base=${this.shapes ? undefined : this.ground} .earlier=${this.earlier} .faults=${guard([this.faults], () => faultShapes(this.faults))}
        .setting=${this.setting} .unavailableText=${e.drawNoMap}></weige-sketch></section>`;
  }

  private found(inspection: Inspection) {
    const { e } = this;
    return html`<p id="import-read" tabindex="-1">${e.importFeatures(String(inspection.features))}</p>
      <details><summary>${e.importSample}</summary><div class="scroll" role="region" aria-label=${e.importSample} tabindex="0"><table class="grid"><thead><tr><th scope="col">${e.colProperty}</th><th scope="col">${e.colFilled}</th><th scope="col">${e.colDistinct}</th><th scope="col">${e.colSample}</th></tr></thead>
        <tbody>${inspection.properties.map((one) => html`<tr><th scope="row"><code>${one.name}</code></th><td class="number">${one.filled}</td><td class="number">${one.distinct}</td><td class="samples">${one.samples.join('、')}</td></tr>`)}</tbody></table></div></details>
      <label class="field">${e.importDatum}<select @change=${(event: Event) => { this.datum = (event.target as HTMLSelectElement).value as Datum | ''; this.untried(); }}>
        <option value="" .selected=${!this.datum}>${e.importDatumChoose}</option>${datums.map((one) => html`<option value=${one} .selected=${one === this.datum}>${e[`datum_${one}` as 'datum_WGS84']}</option>`)}</select><span class="hint">${e.importDatumHint}</span></label>
      <h3>${e.mappingTitle}</h3><p class="hint">${inspection.levels.length ? e.mappingGuessed : e.mappingNone}</p>
      ${this.levels.map((one, at) => this.row(inspection, one, at))}
      ${this.levels.length > 1 ? html`<label class="field">${e.slack}<input type="number" min="0" max="10000" step="any" .value=${this.slack ? String(this.slack) : ''} placeholder="1"
        @change=${(event: Event) => this.reach(Number((event.target as HTMLInputElement).value))}><span class="hint">${e.slackHint}</span></label>` : nothing}
      <div class="buttons"><button type="button" class="quiet" ?disabled=${this.levels.length >= 8} @click=${() => { this.levels = [...this.levels, { level: '', code: inspection.properties[0]?.name ?? '' }]; this.untried(); }}>${e.addLevel}</button></div>
      <label class="field">${e.note}<input maxlength="200" autocomplete="off" .value=${this.note} @change=${(event: Event) => { this.note = (event.target as HTMLInputElement).value.trim(); }}><span class="hint">${e.noteHint}</span></label>
      <div class="buttons"><button type="button" class="secondary" ?disabled=${!this.datum || this.levels.length === 0 || this.busy !== ''} @click=${() => this.check()}>${e.check}</button>
        <button type="button" class="primary" ?disabled=${!inspection.tried || inspection.broken || this.busy !== ''} @click=${() => this.import()}>${e.importNow}</button></div>`;
  }

  private verdict(inspection: Inspection) {
    const { e } = this;
    const count = String(inspection.faults.length);
    const areas = this.levels.flatMap(({ level }) => (inspection.areas[level] ? [`${this.setting.areas.levels.find((one) => one.level === level)?.name[this.language] ?? level} ${inspection.areas[level]}`] : [])).join(e.comma);
    const { shifted, away, beside } = inspection;
    const number = (value: number) => String(Math.round(value));
    const near = (value: number) => (value < 1 ? e.underMetre : e.aboutMetres(number(value)));
    return html`<p class="notice ${inspection.broken ? 'bad' : inspection.faults.length || shifted || away || beside ? 'warn' : ''}" role="status">${inspection.broken ? e.checkedBad(count) : inspection.faults.length ? e.checkedWarn(count) : shifted || beside ? e.checkedShifted(areas) : away ? e.checkedAway(areas) : e.checkedGood(areas)}</p>
      ${swapped(inspection) ? html`<p class="notice bad" role="alert">${e.swapped}</p>` : nothing}
      ${away ? html`<p class="notice warn" role="alert">${(away.swapped ? e.awaySwapped : e.away)(distance(this.t, away.metres < 10_000 ? away.metres : Math.round(away.metres / 1000) * 1000))}</p>` : nothing}
      ${shifted ? html`<div class="notice warn" role="alert"><p>${(shifted.converted ? e.shiftedWrong : e.shiftedOwn)(shifted.datum, number(shifted.moved), near(shifted.after))}</p><p>${e.shiftedMap}</p>
        ${shifted.converted ? nothing : html`<button type="button" class="secondary" @click=${() => { this.datum = shifted.datum as Datum; this.check(); }}>${e.useDatum(shifted.datum)}</button>`}</div>` : nothing}
      ${beside ? html`<div class="notice warn" role="alert"><p>${e.beside(number(beside.metres), near(beside.after))}</p><p>${e.shiftedMap}</p></div>` : nothing}`;
  }

  private row(inspection: Inspection, one: LevelMapping, at: number) {
    const { e } = this;
    const choice = (label: string, value: string, optional: boolean, set: (name: string) => void) => html`<label class="field">${label}<select @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
      ${optional ? html`<option value="">${e.none}</option>` : nothing}${inspection.properties.map(({ name }) => html`<option value=${name} ?selected=${name === value}>${name}</option>`)}</select></label>`;
    const typed = (event: Event) => (event.target as HTMLInputElement).value.trim();
    return html`<fieldset class="level-row"><legend class="sr">${e.level} ${at + 1}</legend>
      <label class="field">${e.level}<input .value=${one.level} maxlength="64" @change=${(event: Event) => this.change(at, { level: typed(event) })}></label>
      ${choice(e.levelCode, one.code, false, (code) => this.change(at, { code }))}${choice(e.levelName, one.name ?? '', true, (name) => this.change(at, { name }))}
      ${choice(e.levelHouseholds, one.households ?? '', true, (households) => this.change(at, { households }))}
      ${choice(e.levelWhen, one.when?.property ?? '', true, (property) => this.change(at, { when: { property, equals: one.when?.equals ?? '' } }))}
      <label class="field">${e.levelEquals}<input .value=${one.when?.equals ?? ''} ?disabled=${!one.when} maxlength="128" @change=${(event: Event) => this.change(at, { when: { property: one.when?.property ?? '', equals: typed(event) } })}></label>
      ${at > 0 ? html`${choice(e.levelParent, one.parent ?? '', true, (parent) => this.change(at, { parent, parent_prefix: 0 }))}
        <label class="field">${e.levelPrefix}<input type="number" min="0" max="64" .value=${String(one.parent_prefix ?? 0)} @change=${(event: Event) => this.change(at, { parent_prefix: Number(typed(event)), ...(Number(typed(event)) > 0 ? { parent: '' } : {}) })}></label>` : nothing}
      <button type="button" class="quiet" @click=${() => { this.levels = this.levels.filter((_, n) => n !== at); this.untried(); }}>${e.dropLevel}</button></fieldset>`;
  }
}

/** What the areas of a file are called, by their codes, as the levels say. */
function namesIn(shapes: GeoJSON.GeoJSON | undefined, levels: readonly LevelMapping[]): (code: string) => string {
  let names: Map<string, string> | undefined;
  return (code) => {
    names ??= new Map(((shapes as GeoJSON.FeatureCollection | undefined)?.features ?? []).flatMap(({ properties }) => levels.flatMap((one): [string, string][] => {
      const of = properties?.[one.code] as unknown;
      const name = one.name ? (properties?.[one.name] as unknown) : undefined;
      return of === undefined || of === null || typeof name !== 'string' ? [] : [[String(of as string | number), name]];
    })));
    return names.get(code) ?? '';
  };
}

/** Whether a position of the file is possible with latitude and longitude the other way round only. */
function swapped({ faults }: Inspection): boolean {
  return faults.some((one) => one.kind === 'swapped_coordinate');
}

/** A file's shapes in WGS 84, for the map; the server converts for itself. The program for it is fetched when somebody needs it. */
async function converted(shapes: GeoJSON.GeoJSON, datum: Datum): Promise<GeoJSON.GeoJSON> {
  if (datum !== 'GCJ02' && datum !== 'BD09') return shapes;
  const { default: gcoord } = await import('gcoord');
  // It takes GeoJSON as text too, and changes what it is given.
  return JSON.parse(JSON.stringify(gcoord.transform(JSON.stringify(shapes), datum === 'GCJ02' ? gcoord.GCJ02 : gcoord.BD09, gcoord.WGS84))) as GeoJSON.GeoJSON;
}
