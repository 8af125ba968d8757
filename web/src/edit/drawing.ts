import type * as GeoJSON from 'geojson';
import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Position } from '../contract/areas.ts';
import { hasCode, isOpen, Refusal, sentence } from '../contract/errors.ts';
import { readAreas } from '../contract/pieces.ts';
import { newKey } from '../contract/once.ts';
import type { Drawing, Edited, EditOperation, FileFault } from '../contract/schemas.ts';
import '../map/sketch-element.ts';
import type { SketchElement } from '../map/sketch-element.ts';
import type { Setting } from '../page/settings.ts';
import { DrawnAreas } from './drawn.ts';
import { EditorElement } from './element.ts';
import { faultList } from './fault-list.ts';
import { faultBox, faultShapes, whyNot } from './faults.ts';
import { measuresTable, type Measuring } from './measured.ts';
import { commandOf } from './keys.ts';
import { twice } from './lost.ts';
import { keepPlace, placeIn } from './place.ts';
import { readPoints, withHouseholds, wouldBe } from './measures.ts';
import { boxOf, handlesOf, vertexBeside, verticesOf, type AreaFeature, type Handle, type Named } from './shapes.ts';
import { finishForm, mergeForm, nameForm, pointsForm, pointState, splitForm, type Said } from './step-forms.ts';
import { tilesOf } from './tiles.ts';

type Tool = 'move' | 'split' | 'merge';
type Change = { operations: EditOperation[] } | { undo: true } | { redo: true } | { name: string };

const noHandles: readonly Handle[] = [];

/** Draws on a boundary set: every step is an edit that the server makes whole or refuses. Events: `finished` {set}, `ended` {error}, `again`. */
@customElement('weige-drawing')
export class DrawingElement extends EditorElement {
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) drawing = '';
  @state() private now: Drawing | undefined;
  @state() private areas: DrawnAreas | undefined;
  @state() private faults: readonly FileFault[] = [];
  /** Why the last step could not be made, where that is a place. */
  @state() private refused: FileFault | undefined;
  @state() private checked = true;
  /** It cannot be shown; whoever has this element says why. What is not there is not asked for again. */
  @state() private lost: '' | 'gone' | 'unread' = '';
  @state() private level = '';
  @state() private tool: Tool = 'move';
  @state() private chosen = '';
  @state() private other = '';
  @state() private vertex: Position | undefined;
  @state() private line: Position[] = [];
  @state() private saying = '';
  @state() private bad = false;
  @state() private busy = false;
  /** What the step needs to be told is asked when it is pressed. */
  @state() private asked: '' | 'name' | 'finish' = '';
  /** So many points lie in view that are not shown. */
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
  /** A name that the drawing could not be given yet. */
  private wanted: string | undefined;
  /** An area that is to be shown once it is here; one that was picked on the map is seen there, and is only brought near. */
  private sought = '';
  private near = false;
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

  private key(event: KeyboardEvent): void {
    const command = commandOf(event);
    if (command === 'undo' || command === 'redo') void this.turn(command);
    else if (command === 'drop' && this.vertex && this.tool === 'move') void this.dropVertex(this.vertex);
    else if (command === 'escape' && this.line.length) this.line = [];
    else if (command === 'escape') this.choose('');
    else return;
    event.preventDefault();
  }

  protected override firstUpdated(): void {
    void this.load();
    readPoints(this.setting.client).then((points) => { this.measuring = points ?? 'many'; }, () => { this.measuring = 'failed'; });
  }

  private async load(): Promise<void> {
    const { client } = this.setting;
    const path = { drawing: this.drawing };
    this.lost = '';
    try {
      const edited = await client.get('/v1/{jurisdiction}/boundary-drawings/{drawing}', { path });
      const [base, list] = await Promise.all([this.areas?.base ?? client.get('/v1/{jurisdiction}/boundary-sets/{set}', { path: { set: edited.drawing.base } }),
        readAreas((cursor) => client.get('/v1/{jurisdiction}/boundary-drawings/{drawing}/areas', { path, query: { geometry: false, ...cursor } }))]);
      this.areas = DrawnAreas.of(base, list);
      this.beside = new Set();
      const place = this.level ? undefined : placeIn(this.areas, location.search);
      if (place) this.level = place.level;
      this.take(edited);
      if (place?.area) this.choose(place.area, 'list');
    } catch (error) {
      this.lost = this.now ? '' : hasCode(error, 'not_found') ? 'gone' : 'unread';
      this.dispatchEvent(new CustomEvent('ended', { detail: error }));
    }
  }

  protected override updated(changed: PropertyValues<this> & Map<string, unknown>): void {
    if (this.now && (changed.has('level') || changed.has('chosen'))) keepPlace({ level: this.level, area: this.chosen });
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
    if (outline) this.map?.[this.near ? 'approach' : 'fit'](boxOf(verticesOf(outline)));
    if (outline || this.areas?.tooLarge(this.sought)) this.sought = '';
  }

  private area(code: string): AreaFeature | undefined {
    return this.areas?.outline(code);
  }

  /** Chooses an area; sought by the list, it is shown on the map, and picked there, brought near where it is too small to be worked on. */
  private choose(code: string, by: 'list' | 'map' | '' = ''): void {
    if (code !== this.chosen) {
      this.earlier = this.later = [];
      this.beside = new Set();
    }
    this.forgive();
    this.sought = by ? code : '';
    this.near = by === 'map';
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

  /** What was dragged is where it was. */
  private giveUp(): void {
    this.held = undefined;
    this.earlier = this.later = [];
    this.say(this.e.givenUp);
  }

  private clicked(code: string): void {
    if (this.tool === 'merge' && this.chosen && code !== this.chosen) {
      this.other = code;
      void this.updateComplete.then(() => this.querySelector('.tool-form')?.scrollIntoView({ block: 'nearest' })); // what is done with the two may lie below the screen
    } else this.choose(code, 'map');
    this.say('');
  }

  /** Takes a tool in hand; pressed once more, what was begun with it stays. */
  private pick(tool: Tool): void {
    if (tool !== this.tool) this.use(tool);
    else this.forgive();
  }

  private use(tool: Tool): void {
    this.tool = tool;
    this.line = [];
    this.other = '';
    this.forgive();
  }

  /** What went wrong before is no longer read by somebody who goes on with something else. */
  private forgive(): void {
    if (this.bad) this.say('');
    this.refused = undefined;
  }

  /** Makes a step, and leads the keyboard on to `next` where what was pressed is gone with it. One whose outcome is not known is sent again with the same key, so that it is made once. */
  private async edit(change: Change, next = '#area-chosen'): Promise<boolean> {
    const { now } = this;
    if (!now || this.busy) return false;
    const was = document.activeElement;
    this.busy = true;
    this.refused = undefined;
    this.say(this.e.saving);
    const body = { revision: now.revision, ...change };
    const text = JSON.stringify(body);
    const open = this.unsent !== undefined && this.unsent.body !== text;
    if (this.unsent?.body !== text) this.unsent = { key: newKey(), body: text };
    const { key } = this.unsent;
    try {
      const { answer: edited, lost } = await twice(() => this.setting.client.post('/v1/{jurisdiction}/boundary-drawings/{drawing}/edits', { path: { drawing: this.drawing }, body, key }));
      this.unsent = undefined;
      this.take(edited);
      const made = 'name' in change ? this.e.named : this.e.saved(String(edited.drawing.edits));
      this.say(lost ? this.e.lookedUp(made) : made);
      return true;
    } catch (error) {
      if (!isOpen(error)) this.unsent = undefined;
      this.earlier = this.later = [];
      await this.explain(error, open);
      return false;
    } finally {
      this.busy = false;
      this.leadOn(was, 'name' in change ? '#ask-name' : next, true); // what came of it is looked at where it was pressed
    }
  }

  private say(text: string, bad = false): void {
    [this.saying, this.bad] = [text, bad];
  }

  /** Says what went wrong; `open`: with a step before it of which it is not known whether it was made. */
  private async explain(error: unknown, open: boolean): Promise<void> {
    if (hasCode(error, 'unauthorized') || hasCode(error, 'forbidden') || hasCode(error, 'not_found')) return void this.dispatchEvent(new CustomEvent('ended', { detail: error }));
    if (hasCode(error, 'conflict')) {
      await this.load();
      this.unsent = undefined;
      this.say(open ? this.e.foundOut : this.e.conflict, true);
    } else if (error instanceof Refusal && error.status < 500) {
      const where = error.fault.faults?.[0];
      this.say(this.e.refused + whyNot(this.e, this.t, error), true);
      if (where?.geometry) this.refused = where;
    } else this.say(this.e.unsent, true);
  }

  private async turn(way: 'undo' | 'redo'): Promise<void> {
    if (way === 'undo' ? this.now?.edits : this.now?.undone) await this.edit(way === 'undo' ? { undo: true } : { redo: true });
  }

  /** Opens what a step needs to be told, or closes it, and takes the keyboard there and back. */
  private ask(what: typeof this.asked): void {
    const before = this.asked;
    this.asked = what;
    void this.focusOn(what === 'name' ? 'input[name=name]' : what ? '#finish-state' : `#ask-${before}`);
  }

  /** The form goes with the press: gone with the answer, it would move what is below it. */
  private async rename(name: string): Promise<void> {
    this.asked = '';
    this.wanted = name;
    if (await this.edit({ name })) this.wanted = undefined;
  }

  private async dropVertex(vertex: Position): Promise<void> {
    if (await this.edit({ operations: [{ op: 'delete', at: vertex }] }, '.points button:enabled')) this.vertex = undefined;
  }

  private async move(from: Position, to: Position): Promise<void> {
    if (await this.edit({ operations: [{ op: 'move', from, to }] })) this.vertex = to;
  }

  private async split(value: Said): Promise<void> {
    const done = await this.edit({ operations: [{ op: 'split', area: this.chosen, along: this.line, left: { code: value('left'), name: value('left-name') }, right: { code: value('right'), name: value('right-name') } }] });
    if (done) this.use('move');
  }

  private async merge(value: Said): Promise<void> {
    const whole = { code: value('whole'), name: value('whole-name') };
    if (await this.edit({ operations: [{ op: 'merge', area: this.chosen, other: this.other, whole }] })) {
      this.use('move');
      this.choose(whole.code);
    }
  }

  private async finish(note: string): Promise<void> {
    if (!this.now || this.busy) return;
    const was = document.activeElement;
    this.busy = true;
    try {
      const body = { revision: this.now.revision, ...(note ? { note } : {}) };
      const { answer } = await twice(() => this.setting.client.post('/v1/{jurisdiction}/boundary-drawings/{drawing}/set', { path: { drawing: this.drawing }, body })); // the same content gives the same draft
      this.dispatchEvent(new CustomEvent('finished', { detail: answer.set }));
    } catch (error) {
      await this.explain(error, this.unsent !== undefined);
    } finally {
      this.busy = false;
      this.leadOn(was, '#finish-state');
    }
  }

  private step(by: number): void {
    const area = this.area(this.chosen);
    if (!area) return;
    this.vertex = vertexBeside(area, this.vertex, by);
    this.forgive();
  }

  protected override render() {
    const { e, t, now, areas } = this;
    if (!now || !areas) return this.lost === 'gone' ? nothing : this.lost ? html`<button type="button" class="secondary" @click=${() => { this.dispatchEvent(new CustomEvent('again')); void this.load(); }}>${t.tryAgain}</button>` : html`<p role="status">${t.loading}</p>`;
    const faults = this.refused ? [...this.faults, this.refused] : this.faults;
    const area = this.area(this.chosen);
    const other = this.area(this.other);
    const [west = -180, south = -60, east = 180, north = 75] = areas.base.bbox;
    const steps = this.busy && this.wanted === undefined && !this.asked; // what the answer changes is measured: room is made with the press
    const tool = (name: Tool, text: string) => html`<button type="button" class="secondary" aria-pressed=${this.tool === name ? 'true' : 'false'} @click=${() => { this.pick(name); this.say(''); }}>${text}</button>`;
    // Whoever presses it goes on pressing: it keeps the keyboard while there is nothing for it to do.
    const turn = (way: 'undo' | 'redo', text: string, steps: number) => html`<button type="button" class="secondary" aria-disabled=${steps === 0 || this.busy ? 'true' : 'false'} @click=${() => void this.turn(way)}>${text}</button>`;
    const ask = (what: 'name' | 'finish', text: string, look: string) => html`<button type="button" class=${look} id=${`ask-${what}`} aria-expanded=${this.asked === what ? 'true' : 'false'} @click=${() => this.ask(this.asked === what ? '' : what)}>${text}</button>`;
    return html`<section class="drawing"><div class="drawing-side card"><h2>${e.drawTitle(now.name || e.unnamed)}</h2>
        <div class="buttons">${turn('undo', e.undo, now.edits)}${turn('redo', e.redo, now.undone)}
          ${ask('name', e.rename, 'quiet')}${ask('finish', e.finishing, 'primary')}</div>${this.askedFor(now)}
        <p class="saying ${this.bad ? 'wrong' : 'hint'}" role=${this.bad ? 'alert' : 'status'}>${this.saying || `${this.tool === 'split' ? e.splitNote : this.tool === 'merge' ? e.mergeNote : e.drawNote} ${e.editsCount(String(now.edits))}`}</p>
        <div class="measures-box" data-room="measures" ?data-none=${!this.chosen && this.later.length === 0 && !steps} role="region" aria-label=${e.measures} tabindex="0">${this.measured(area)}</div>
        <div class="buttons tools" role="group" aria-label=${e.tabDrawing}>${tool('move', e.toolMove)}${tool('split', e.toolSplit)}${tool('merge', e.toolMerge)}</div>
        <div class="pair place"><label class="field">${e.workLevel}<select @change=${(event: Event) => { this.level = (event.target as HTMLSelectElement).value; this.choose(''); }}>
          ${areas.levels.map((one) => html`<option value=${one} .selected=${one === this.level}>${this.setting.areas.levels.find((level) => level.level === one)?.name[this.language] ?? one}</option>`)}</select></label>
        <label class="field">${e.areaChosen}<select id="area-chosen" @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value, 'list')}>
          <option value="" .selected=${!this.chosen}>${e.areaNone}</option>
          ${guard([areas.listed, this.level, this.chosen], () => areas.listed.filter((one) => one.properties.level === this.level).map((one) => this.option(one, this.chosen)))}</select></label></div></div>
      <div class="drawing-map"><weige-sketch .label=${e.mapOfDrawing} .bounds=${[west, south, east, north]} .base=${guard([areas.base], () => tilesOf(this.setting, areas.base))} .leftOut=${areas.leftOut} .areas=${areas.overlay as unknown as GeoJSON.GeoJSON} .faults=${guard([this.faults, this.refused], () => faultShapes(faults))} .line=${this.line}
        .handles=${area && this.tool === 'move' ? handlesOf(area) : noHandles} .chosenVertex=${this.vertex} .level=${this.level} .chosen=${guard([area, other], () => [area, other].filter((one) => one !== undefined))} ?cutting=${this.tool === 'split' && Boolean(area)}
        .setting=${this.setting} .unavailableText=${e.drawNoMap}
        @area=${(event: CustomEvent<{ code: string }>) => this.clicked(event.detail.code)} @vertex=${(event: CustomEvent<{ at: Position }>) => { this.vertex = event.detail.at; this.forgive(); }}
        @crowded=${(event: CustomEvent<{ points: number }>) => { this.crowded = event.detail.points; }}
        @moved=${(event: CustomEvent<{ from: Position; to: Position }>) => void this.move(event.detail.from, event.detail.to)}
        @dragged=${(event: CustomEvent<{ handle: Handle; to: Position | undefined }>) => this.dragged(event.detail.handle, event.detail.to)}
        @given-up=${() => this.giveUp()}
        @inserted=${(event: CustomEvent<{ before: Position; after: Position; at: Position }>) => void this.edit({ operations: [{ op: 'insert', ...event.detail }] })}
        @point=${(event: CustomEvent<{ at: Position }>) => { this.line = [...this.line, event.detail.at]; this.forgive(); }}></weige-sketch>
        <div class="card tool-form" data-room="tool">${this.toolForm(area)}</div></div>
      <div class="card drawing-faults">${faults.length ? keyed(faults.map((one) => one.message).join(), faultList({ e, language: t.lang, faults, called: (code) => this.called(code), show: (fault) => this.map?.fit(faultBox(fault)) })) : html`<p class="hint">${this.checked ? e.faultsNone : e.faultsUnchecked}</p>`}</div></section>`;
  }

  private called(code: string): string {
    const area = this.areas?.register.area(code);
    return area ? this.areas?.register.called(area) ?? '' : '';
  }

  private option(area: Named, chosen: string) {
    const { code } = area.properties;
    return html`<option value=${code} .selected=${code === chosen}>${this.areas?.register.told(area)}</option>`;
  }

  /** Measures of the area that is chosen, and of those that the last step changed. */
  private measured(chosen: AreaFeature | undefined) {
    const changed = this.later.filter((one) => one.properties.level === this.level);
    const areas = chosen && !changed.some((one) => one.properties.code === this.chosen) ? [chosen, ...changed] : changed;
    const fresh = new Set(areas.filter((one) => !this.earlier.some((old) => old.properties.code === one.properties.code) && one.properties.code !== this.chosen));
    const first = [...fresh, ...areas.filter((one) => !fresh.has(one))]; // what a step made is seen without scrolling
    return first.length ? measuresTable(this.e, this.t.lang, this.measuring, this.earlier, first, (one) => this.areas?.register.called(one) ?? '') : html`<p class="hint">${this.e.measuresNone}</p>`;
  }

  /** The point that is chosen, or why none can be. */
  private points(area: AreaFeature | undefined) {
    const { e, t, vertex } = this;
    const all = area ? verticesOf(area) : [];
    const at = vertex ? all.findIndex(([lon, lat]) => lon === vertex[0] && lat === vertex[1]) : -1;
    const state = pointState(e, t, { at, of: all.length, large: this.areas?.tooLarge(this.chosen), waits: Boolean(this.chosen) && !area, crowded: area ? this.crowded : 0 });
    return pointsForm(e, state, at < 0 ? undefined : vertex, { busy: this.busy, area: Boolean(area) },
      { step: (by) => this.step(by), move: (to) => { if (vertex) void this.move(vertex, to); }, drop: () => { if (vertex) void this.dropVertex(vertex); } });
  }

  /** The form of the tool in hand. */
  private toolForm(area: AreaFeature | undefined) {
    const { e, tool, busy } = this;
    if (tool === 'move') return this.points(area);
    const [named, other] = [this.chosen, this.other].map((code) => this.areas?.register.area(code));
    if (!named) return nothing;
    const listed = this.areas?.listed ?? [];
    if (tool === 'split') return splitForm(e, listed, named, this.line.length >= 2 && !busy, (said) => void this.split(said), () => { this.line = []; });
    const beside = listed.filter(({ properties: { code, parent } }) => this.beside.has(code) && code !== this.chosen && parent === named.properties.parent);
    return mergeForm(e, beside.map((one) => this.option(one, this.other)), named, other, busy, (said) => void this.merge(said), (code) => { this.other = code; });
  }

  /** A form that was asked for, above what it pushes away. */
  private askedFor(now: Drawing) {
    const { e, busy, faults, asked } = this;
    const leave = () => { this.ask(''); this.wanted = undefined; };
    if (asked === 'name') return nameForm(e, this.wanted ?? now.name, busy, (said) => void this.rename(said('name')), leave);
    const state = !this.checked ? e.faultsUnchecked : faults.length ? e.faultsTitle(String(faults.length)) : e.faultsNone;
    return asked === 'finish' ? finishForm(e, now.name, state, busy, (said) => void this.finish(said('note')), leave) : nothing;
  }
}
