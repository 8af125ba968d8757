import type * as GeoJSON from 'geojson';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { Position } from '../contract/areas.ts';
import { hasCode, isOpen, Refusal, sentence } from '../contract/errors.ts';
import { readAreas } from '../contract/pieces.ts';
import { newKey } from '../contract/once.ts';
import type { Drawing, Edited, EditOperation, FileFault } from '../contract/schemas.ts';
import { rounded } from '../map/features.ts';
import '../map/sketch-element.ts';
import type { SketchElement } from '../map/sketch-element.ts';
import type { Setting } from '../page/settings.ts';
import { DrawnAreas } from './drawn.ts';
import { EditorElement } from './element.ts';
import { faultBox, faultList, faultShapes, kindOf } from './faults.ts';
import { measuresTable, type Measuring } from './measured.ts';
import { readPoints, withHouseholds, wouldBe } from './measures.ts';
import { boxOf, handlesOf, nextCode, nextName, verticesOf, type AreaFeature, type Handle, type Named } from './shapes.ts';
import { tilesOf } from './tiles.ts';

type Tool = 'move' | 'split' | 'merge';
type Change = { operations: EditOperation[] } | { undo: true } | { redo: true } | { name: string };

const noHandles: readonly Handle[] = [];

/** Draws on a boundary set: every step is an edit that the server makes whole or refuses. Events: `finished` {set}, `ended` {error}. */
@customElement('weige-drawing')
export class DrawingElement extends EditorElement {
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) drawing = '';
  @state() private now: Drawing | undefined;
  @state() private areas: DrawnAreas | undefined;
  @state() private faults: readonly FileFault[] = [];
  @state() private checked = true;
  @state() private level = '';
  @state() private tool: Tool = 'move';
  @state() private chosen = '';
  @state() private other = '';
  @state() private vertex: Position | undefined;
  @state() private line: Position[] = [];
  @state() private saying = '';
  @state() private bad = false;
  @state() private busy = false;
  @state() private naming = false;
  /** So many points lie in view that none can be taken hold of. */
  @state() private crowded = 0;
  /** What the areas are measured by, once it is here. */
  @state() private measuring: Measuring = 'asking';
  /** The areas of the level as the last step found them, as long as they are worth comparing with. */
  @state() private earlier: readonly AreaFeature[] = [];
  /** The areas as the last step left them or, while a border is dragged, as they would be. */
  @state() private later: readonly AreaFeature[] = [];
  @query('weige-sketch') private map!: SketchElement | null;
  private held: Handle | undefined;
  /** The areas that lie beside the one that is chosen, and it itself, once they are here. */
  private beside: ReadonlySet<string> = new Set();
  /** An area that is to be shown once it is here. */
  private sought = '';
  /** The step whose outcome is not known; it is sent again with its key. */
  private unsent: { key: string; body: string } | undefined;

  private readonly pressed = (event: KeyboardEvent) => this.key(event);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.pressed);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('keydown', this.pressed);
    super.disconnectedCallback();
  }

  /** Ctrl-Z and Ctrl-Y as everywhere, Delete for the point that is chosen, Escape for a line or a choice; not while somebody writes. */
  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey || (event.target as Element).closest?.('input, select, textarea')) return;
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    if (command && key === 'z' && !event.shiftKey) void this.undo();
    else if (command && (key === 'y' || key === 'z')) void this.redo();
    else if (!command && (key === 'delete' || key === 'backspace') && this.vertex && this.tool === 'move') void this.dropVertex(this.vertex);
    else if (!command && key === 'escape') this.escape();
    else return;
    event.preventDefault();
  }

  private escape(): void {
    if (this.line.length) this.line = [];
    else this.choose('');
  }

  protected override firstUpdated(): void {
    void this.load();
    readPoints(this.setting.client).then((points) => { this.measuring = points ?? 'many'; }, () => { this.measuring = 'failed'; });
  }

  private async load(): Promise<void> {
    const { client } = this.setting;
    const path = { drawing: this.drawing };
    try {
      const edited = await client.get('/v1/{jurisdiction}/boundary-drawings/{drawing}', { path });
      const [base, list] = await Promise.all([this.areas?.base ?? client.get('/v1/{jurisdiction}/boundary-sets/{set}', { path: { set: edited.drawing.base } }),
        readAreas((cursor) => client.get('/v1/{jurisdiction}/boundary-drawings/{drawing}/areas', { path, query: { geometry: false, ...cursor } }))]);
      this.areas = DrawnAreas.of(base, list);
      this.beside = new Set();
      if (!this.level) this.level = base.levels.at(-1) ?? '';
      this.take(edited);
    } catch (error) {
      this.end(error);
    }
  }

  private end(error: unknown): void {
    this.dispatchEvent(new CustomEvent('ended', { detail: error }));
  }

  private take(edited: Edited): void {
    const { areas } = this;
    if (!areas) return;
    this.now = edited.drawing;
    this.faults = edited.faults;
    this.checked = edited.checked;
    const next = areas.after(edited);
    const codes = [...edited.removed, ...edited.changed.map((one) => String((one['properties'] as AreaFeature['properties']).code))];
    this.earlier = codes.flatMap((code) => areas.outline(code) ?? []);
    this.later = codes.flatMap((code) => next.outline(code) ?? []);
    if (next.listed !== areas.listed) this.beside = new Set(); // others lie beside it now
    this.areas = next;
    if (!next.register.area(this.chosen)) this.choose('');
    else void this.need();
  }

  /** Fetches the outlines that are needed and not here: what differs from the base on the levels that are looked at, and what is worked on. */
  private async need(): Promise<void> {
    const { client } = this.setting;
    const path = { drawing: this.drawing };
    const { areas, now, level, chosen, beside } = this;
    if (!areas || !now) return;
    const read = async (query: { changed: true; level: string } | { around: string }) => {
      const found = await readAreas((cursor) => client.get('/v1/{jurisdiction}/boundary-drawings/{drawing}/areas', { path, query: { ...query, ...cursor } }));
      if (found.revision === this.now?.revision) this.areas = this.areas?.with(found);
      return found;
    };
    try {
      for (const one of new Set([level, areas.levels.at(-1) ?? ''])) if (areas.lacks(one)) await read({ changed: true, level: one });
      if (chosen && !beside.has(chosen)) {
        const found = await read({ around: chosen });
        if (chosen === this.chosen && found.revision === this.now?.revision) {
          this.beside = new Set(found.features.map((one) => String((one['properties'] as AreaFeature['properties']).code)));
          this.areas = this.areas?.only(this.beside);
        }
      }
    } catch (error) {
      // A drawing that somebody changes meanwhile is loaded again with the next step, which says so.
      if (!hasCode(error, 'conflict')) this.say(sentence(this.t, error), true);
    }
    if (this.now !== now) return; // another step was made, and asked for what it needs
    const outline = this.areas?.outline(this.sought);
    if (outline) this.map?.fit(boxOf(verticesOf(outline)));
    if (outline || this.areas?.tooLarge(this.sought)) this.sought = '';
  }

  private area(code: string): AreaFeature | undefined {
    return this.areas?.outline(code);
  }

  /** Chooses an area; sought by the list, it is shown on the map. */
  private choose(code: string, sought = false): void {
    if (code !== this.chosen) {
      this.earlier = this.later = [];
      this.beside = new Set();
    }
    this.sought = sought ? code : '';
    this.chosen = code;
    this.other = '';
    this.vertex = undefined;
    void this.need();
  }

  /** Measures the areas as they would be, while a border is dragged. */
  private dragged(handle: Handle, to: Position | undefined): void {
    if (!to) return;
    if (this.held !== handle) {
      this.held = handle;
      const areas = this.areas?.outlinesOf(this.level) ?? [];
      const changed = new Set(wouldBe(areas, handle, to).map((one) => one.properties.code));
      this.earlier = areas.filter((one) => changed.has(one.properties.code));
    }
    this.later = withHouseholds(this.earlier, wouldBe(this.earlier, handle, to));
  }

  private clicked(code: string): void {
    if (this.tool === 'merge' && this.chosen && code !== this.chosen) this.other = code;
    else this.choose(code);
  }

  private use(tool: Tool): void {
    this.tool = tool;
    this.line = [];
    this.other = '';
  }

  /** Makes a step. One whose outcome is not known is sent again with the same key, so that it is made once. */
  private async edit(change: Change): Promise<boolean> {
    const { now } = this;
    if (!now || this.busy) return false;
    this.busy = true;
    this.say(this.e.saving);
    const body = { revision: now.revision, ...change };
    const text = JSON.stringify(body);
    if (this.unsent?.body !== text) this.unsent = { key: newKey(), body: text };
    try {
      const edited = await this.setting.client.post('/v1/{jurisdiction}/boundary-drawings/{drawing}/edits', { path: { drawing: this.drawing }, body, key: this.unsent.key });
      this.unsent = undefined;
      this.take(edited);
      this.say('name' in change ? this.e.named : this.e.saved(String(edited.drawing.edits)));
      return true;
    } catch (error) {
      if (!isOpen(error)) this.unsent = undefined;
      this.earlier = this.later = [];
      await this.explain(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private say(text: string, bad = false): void {
    this.saying = text;
    this.bad = bad;
  }

  private async explain(error: unknown): Promise<void> {
    if (hasCode(error, 'unauthorized') || hasCode(error, 'forbidden') || hasCode(error, 'not_found')) return this.end(error);
    if (hasCode(error, 'conflict')) {
      await this.load();
      this.say(this.e.conflict, true);
    } else if (error instanceof Refusal && error.status < 500) {
      // Why a border cannot run there is said by the server, and shown.
      const where = error.fault.faults?.[0];
      const why = where ? `${kindOf(this.e, where.kind)}。` : sentence(this.t, error);
      this.say(this.e.refused + (this.language === 'en' ? error.fault.message : why), true);
      if (where?.geometry) this.faults = [...this.faults, where];
    } else {
      this.say(this.e.unsent, true);
    }
  }

  private async undo(): Promise<void> {
    if (this.now?.edits) await this.edit({ undo: true });
  }

  private async redo(): Promise<void> {
    if (this.now?.undone) await this.edit({ redo: true });
  }

  private async rename(form: HTMLFormElement): Promise<void> {
    if (await this.edit({ name: String(new FormData(form).get('name') ?? '').trim() })) this.naming = false;
  }

  private async dropVertex(vertex: Position): Promise<void> {
    if (await this.edit({ operations: [{ op: 'delete', at: vertex }] })) this.vertex = undefined;
  }

  private async move(from: Position, to: Position): Promise<void> {
    if (await this.edit({ operations: [{ op: 'move', from, to }] })) this.vertex = to;
  }

  private async split(form: HTMLFormElement): Promise<void> {
    const value = (name: string) => String(new FormData(form).get(name) ?? '').trim();
    const done = await this.edit({ operations: [{ op: 'split', area: this.chosen, along: this.line, left: { code: value('left'), name: value('left-name') }, right: { code: value('right'), name: value('right-name') } }] });
    if (done) this.use('move');
  }

  private async merge(form: HTMLFormElement): Promise<void> {
    const value = (name: string) => String(new FormData(form).get(name) ?? '').trim();
    const whole = { code: value('whole'), name: value('whole-name') };
    if (await this.edit({ operations: [{ op: 'merge', area: this.chosen, other: this.other, whole }] })) {
      this.use('move');
      this.choose(whole.code);
    }
  }

  private async finish(): Promise<void> {
    if (!this.now) return;
    const note = this.querySelector<HTMLInputElement>('#draft-note')?.value.trim();
    try {
      const set = await this.setting.client.post('/v1/{jurisdiction}/boundary-drawings/{drawing}/set', { path: { drawing: this.drawing }, body: { revision: this.now.revision, ...(note ? { note } : {}) } });
      this.dispatchEvent(new CustomEvent('finished', { detail: set.set }));
    } catch (error) {
      await this.explain(error);
    }
  }

  private step(by: number): void {
    const area = this.area(this.chosen);
    if (!area) return;
    const all = verticesOf(area);
    const at = this.vertex ? all.findIndex(([lon, lat]) => lon === this.vertex?.[0] && lat === this.vertex[1]) : by > 0 ? -1 : 0;
    this.vertex = all[(at + by + all.length) % all.length];
  }

  protected override render() {
    const { e, t, now, areas } = this;
    if (!now || !areas) return html`<p role="status">${t.loading}</p>`;
    const area = this.area(this.chosen);
    const other = this.area(this.other);
    const large = areas.tooLarge(this.chosen);
    const [west = -180, south = -60, east = 180, north = 75] = areas.base.bbox;
    const count = (value: number) => new Intl.NumberFormat(t.lang).format(value);
    const tool = (name: Tool, text: string) => html`<button type="button" class="secondary" aria-pressed=${this.tool === name ? 'true' : 'false'} @click=${() => this.use(name)}>${text}</button>`;
    return html`<section class="drawing"><div class="drawing-side card"><h2>${e.drawTitle(now.name || e.unnamed)}</h2>${this.naming ? this.nameForm(now) : nothing}
        <div class="buttons"><button type="button" class="secondary" ?disabled=${now.edits === 0 || this.busy} @click=${() => void this.undo()}>${e.undo}</button>
          <button type="button" class="secondary" ?disabled=${now.undone === 0 || this.busy} @click=${() => void this.redo()}>${e.redo}</button>
          ${this.naming ? nothing : html`<button type="button" class="quiet" @click=${() => { this.naming = true; }}>${e.rename}</button>`}</div>
        <p class="saying ${this.bad ? 'wrong' : 'hint'}" role=${this.bad ? 'alert' : 'status'}>${this.saying || e.editsCount(String(now.edits))}</p>
        ${this.measured(area)}
        <div class="buttons tools" role="group" aria-label=${e.tabDrawing}>${tool('move', e.toolMove)}${tool('split', e.toolSplit)}${tool('merge', e.toolMerge)}</div>
        <p class="hint">${this.tool === 'split' ? e.splitNote : this.tool === 'merge' ? e.mergeNote : e.drawNote}</p>
        <div class="pair"><label class="field">${e.workLevel}<select @change=${(event: Event) => { this.level = (event.target as HTMLSelectElement).value; this.choose(''); }}>
          ${areas.levels.map((one) => html`<option value=${one} ?selected=${one === this.level}>${this.setting.areas.levels.find((level) => level.level === one)?.name[this.language] ?? one}</option>`)}</select></label>
        <label class="field">${e.areaChosen}<select @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value, true)}>
          <option value="">${e.areaNone}</option>
          ${guard([areas.listed, this.level, this.chosen], () => areas.listed.filter((one) => one.properties.level === this.level).map((one) => this.option(one, this.chosen)))}</select></label></div>
        ${large ? html`<p class="notice warn">${e.areaLarge(count(large))}</p>` : this.chosen && !area ? html`<p role="status">${t.loading}</p>` : nothing}
        ${area && this.crowded && this.tool === 'move' ? html`<p class="hint" role="status">${e.pointsCrowded(count(this.crowded))}</p>` : nothing}
        ${area && this.tool === 'move' ? this.points(area) : nothing}
        ${this.tool === 'split' && area ? this.splitForm(area) : nothing}
        ${this.tool === 'merge' && area ? this.mergeForm(area) : nothing}
        ${this.checked ? this.faults.length ? faultList(e, t.lang, this.faults, (fault) => this.map?.fit(faultBox(fault))) : html`<p class="notice">${e.faultsNone}</p>` : html`<p class="hint">${e.faultsUnchecked}</p>`}
        <label class="field">${e.note}<input id="draft-note" maxlength="200" autocomplete="off" .value=${now.name}><span class="hint">${e.noteHint}</span></label>
        <button type="button" class="primary" ?disabled=${this.busy} @click=${() => void this.finish()}>${e.finish}</button></div>
      <weige-sketch .label=${e.mapOfDrawing} .bounds=${[west, south, east, north]} .base=${guard([areas.base], () => tilesOf(this.setting, areas.base))} .leftOut=${areas.leftOut} .areas=${areas.overlay as unknown as GeoJSON.GeoJSON} .faults=${guard([this.faults], () => faultShapes(this.faults))} .line=${this.line}
        .handles=${area && this.tool === 'move' ? handlesOf(area) : noHandles} .chosenVertex=${this.vertex} .level=${this.level} .chosen=${guard([area, other], () => [area, other].filter((one) => one !== undefined))} ?cutting=${this.tool === 'split' && Boolean(area)}
        .setting=${this.setting} .unavailableText=${e.drawNoMap}
        @area=${(event: CustomEvent<{ code: string }>) => this.clicked(event.detail.code)} @vertex=${(event: CustomEvent<{ at: Position }>) => { this.vertex = event.detail.at; }}
        @crowded=${(event: CustomEvent<{ points: number }>) => { this.crowded = event.detail.points; }}
        @moved=${(event: CustomEvent<{ from: Position; to: Position }>) => void this.move(event.detail.from, event.detail.to)}
        @dragged=${(event: CustomEvent<{ handle: Handle; to: Position | undefined }>) => this.dragged(event.detail.handle, event.detail.to)}
        @inserted=${(event: CustomEvent<{ before: Position; after: Position; at: Position }>) => void this.edit({ operations: [{ op: 'insert', ...event.detail }] })}
        @point=${(event: CustomEvent<{ at: Position }>) => { this.line = [...this.line, event.detail.at]; }}></weige-sketch></section>`;
  }

  private option(area: Named, chosen: string) {
    const { code } = area.properties;
    return html`<option value=${code} ?selected=${code === chosen}>${this.areas?.register.called(area)} ${code}</option>`;
  }

  /** Measures of the area that is chosen, and of those that the last step changed. */
  private measured(chosen: AreaFeature | undefined) {
    const changed = this.later.filter((one) => one.properties.level === this.level);
    const areas = chosen && !changed.some((one) => one.properties.code === this.chosen) ? [chosen, ...changed] : changed;
    return areas.length ? measuresTable(this.e, this.t.lang, this.measuring, this.earlier, areas, (one) => this.areas?.register.called(one) ?? '') : nothing;
  }

  /** The point that is chosen, by number and coordinates: what the map does by dragging, without it. */
  private points(area: AreaFeature) {
    const { e, vertex } = this;
    const all = verticesOf(area);
    const at = vertex ? all.findIndex(([lon, lat]) => lon === vertex[0] && lat === vertex[1]) : -1;
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const form = new FormData(event.target as HTMLFormElement);
      if (vertex) void this.move(vertex, [rounded(Number(form.get('lon'))), rounded(Number(form.get('lat')))]);
    };
    return html`<form class="points" @submit=${submit}><p>${at < 0 ? e.pointNone : e.points(String(at + 1), String(all.length))}</p>
      <div class="buttons"><button type="button" class="quiet" @click=${() => this.step(-1)}>${e.previousPoint}</button><button type="button" class="quiet" @click=${() => this.step(1)}>${e.nextPoint}</button></div>
      ${vertex && at >= 0 ? html`<div class="pair"><label class="field">${e.lon}<input name="lon" inputmode="decimal" required pattern="-?[0-9]{1,3}(\\.[0-9]+)?" .value=${String(vertex[0])}></label>
        <label class="field">${e.lat}<input name="lat" inputmode="decimal" required pattern="-?[0-9]{1,2}(\\.[0-9]+)?" .value=${String(vertex[1])}></label></div>
        <div class="buttons"><button type="submit" class="secondary" ?disabled=${this.busy}>${e.movePoint}</button>
          <button type="button" class="quiet" ?disabled=${this.busy} @click=${() => void this.dropVertex(vertex)}>${e.deletePoint}</button></div>` : nothing}</form>`;
  }

  private nameForm(now: Drawing) {
    const { e } = this;
    return html`<form class="step-form" @submit=${(event: SubmitEvent) => { event.preventDefault(); void this.rename(event.target as HTMLFormElement); }}>
      <label class="field">${e.nameOfDrawing}<input name="name" maxlength="100" .value=${now.name} autocomplete="off"></label>
      <div class="buttons"><button type="submit" class="secondary" ?disabled=${this.busy}>${e.keepName}</button>
        <button type="button" class="quiet" @click=${() => { this.naming = false; }}>${e.leaveName}</button></div></form>`;
  }

  private splitForm(area: AreaFeature) {
    const { e } = this;
    const next = nextCode({ features: this.areas?.listed ?? [] }, area);
    const name = (part: string, label: string, code: string, called: string) => html`<fieldset class="pair"><legend>${label}</legend><label class="field">${e.code}<input name=${part} required maxlength="64" .value=${code} autocomplete="off"></label>
      <label class="field">${e.name}<input name=${`${part}-name`} maxlength="200" .value=${called} autocomplete="off"></label></fieldset>`;
    return html`<form class="step-form" @submit=${(event: SubmitEvent) => { event.preventDefault(); void this.split(event.target as HTMLFormElement); }}>
      ${name('left', e.leftPart, area.properties.code, area.properties.name)}${name('right', e.rightPart, next, nextName(area, next))}
      <div class="buttons"><button type="submit" class="secondary" ?disabled=${this.line.length < 2 || this.busy}>${e.doSplit}</button>
        <button type="button" class="quiet" @click=${() => { this.line = []; }}>${e.clearLine}</button></div></form>`;
  }

  private mergeForm(area: AreaFeature) {
    const { e } = this;
    const beside = (this.areas?.listed ?? []).filter(({ properties: { code, parent } }) => this.beside.has(code) && code !== this.chosen && parent === area.properties.parent);
    return html`<form class="step-form" @submit=${(event: SubmitEvent) => { event.preventDefault(); void this.merge(event.target as HTMLFormElement); }}>
      <label class="field">${e.toolMerge}<select required @change=${(event: Event) => { this.other = (event.target as HTMLSelectElement).value; }}><option value="">${e.none}</option>
        ${beside.map((one) => this.option(one, this.other))}</select></label>
      ${this.other ? html`<fieldset class="pair"><legend>${e.wholePart(area.properties.name, this.areas?.register.area(this.other)?.properties.name ?? this.other)}</legend>
        <label class="field">${e.code}<input name="whole" required maxlength="64" .value=${this.chosen} autocomplete="off"></label><label class="field">${e.name}<input name="whole-name" maxlength="200" .value=${area.properties.name} autocomplete="off"></label></fieldset>` : nothing}
      <button type="submit" class="secondary" ?disabled=${!this.other || this.busy}>${e.doMerge}</button></form>`;
  }
}
