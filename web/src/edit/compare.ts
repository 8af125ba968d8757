import type * as GeoJSON from 'geojson';
import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { keyed } from 'lit/directives/keyed.js';
import { hasCode, isOpen, sentence } from '../contract/errors.ts';
import type { BoundaryDiff, BoundarySet, Reassignment } from '../contract/schemas.ts';
import { staffName } from '../dispatch/people.ts';
import { moment } from '../locale/format.ts';
import '../map/sketch-element.ts';
import type { SetTiles } from '../map/sketch-sources.ts';
import type { Setting } from '../page/settings.ts';
import { calledSet } from './called.ts';
import { differences, replacing, type Differing } from './differences.ts';
import { EditorElement } from './element.ts';
import { faultList } from './fault-list.ts';
import { boxAround, faultBox, faultShapes } from './faults.ts';
import { ground, households } from './measured.ts';
import { remaining, saidOf, toAccept, type Remaining } from './remaining.ts';
import { Register } from './shapes.ts';
import { tilesOf } from './tiles.ts';

/** Milliseconds between two questions of how far a re-homing is. */
const patience = 1000;
const mostQuestions = 600;

/** Asks whether something was done, shows it, and gives what to say of it; empty where it was not. */
type Look = () => Promise<string>;

type Box = [west: number, south: number, east: number, north: number];

/** Holds a version against the one in force, plans the re-homing, publishes. Events: `published`, `back` {set} to go back to what was in force, `ended` {error}. */
@customElement('weige-compare')
export class CompareElement extends EditorElement {
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) set = '';
  @property({ type: Boolean }) rehomes = false;
  @state() private about: BoundarySet | undefined;
  @state() private diff: BoundaryDiff | undefined;
  /** What is shown: the set as it is, and what it changes as that was. */
  @state() private base: SetTiles | undefined;
  @state() private earlier: SetTiles | undefined;
  @state() private previous: BoundarySet | undefined;
  /** What is asked before it is done: to publish at once, or from a minute of the device's clock. */
  @state() private asking: '' | 'now' | { from: string } = '';
  /** What is wrong with the set, and whether somebody said that it is to hold all the same. */
  @state() private left: Remaining = { faults: [], nobodys: 0 };
  @state() private accepted = false;
  @state() private inForce = '';
  @state() private plan: Reassignment | undefined;
  @state() private done = '';
  @state() private trouble = '';
  @state() private busy = false;
  /** How to look whether something was done that had no answer, where that could not be looked up yet. */
  @state() private lost: Look | undefined;
  private watched = 0;
  /** What the re-homing is for, as far as somebody wrote it. */
  private reason = '';
  /** What the areas in force are called, once that is needed. */
  private register: Register | undefined;

  override disconnectedCallback(): void {
    this.watched++;
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<CompareElement>): void {
    if (changed.has('set')) void this.load();
  }

  private async load(): Promise<void> {
    const { set } = this;
    this.plan = undefined;
    this.done = '';
    this.asking = '';
    this.lost = undefined;
    this.watched++;
    await this.attempt(() => this.fetch(set).catch((error: unknown) => {
      if (set === this.set && this.about?.set !== set) this.about = undefined; // another version shown here would be taken for it
      throw error;
    }));
  }

  private async fetch(set: string): Promise<void> {
    const { client } = this.setting;
    const path = { set };
    let unasked: unknown; // what was moved before may not be known; the version is shown all the same
    const [about, jurisdiction, diff, last] = await Promise.all([client.get('/v1/{jurisdiction}/boundary-sets/{set}', { path }), client.get('/v1/{jurisdiction}', {}),
      client.get('/v1/{jurisdiction}/boundary-sets/{set}/diff', { path, query: {} }), this.rehomes ? this.last().catch((error: unknown) => { unasked = error; return undefined; }) : undefined]);
    const before = diff.from && diff.from !== diff.to ? await client.get('/v1/{jurisdiction}/boundary-sets/{set}', { path: { set: diff.from } }) : undefined;
    if (set !== this.set) return; // somebody went on to another one
    this.base = tilesOf(this.setting, about);
    this.earlier = before && tilesOf(this.setting, before, [...diff.changed, ...diff.removed, ...diff.renamed].map((one) => one.code));
    this.previous = before;
    this.about = about;
    this.inForce = jurisdiction.boundary_set ?? '';
    this.diff = diff;
    this.left = remaining(about, diff);
    // All at once: what came later would move what is read, and a button that is seen before would not take a press yet.
    this.plan = last;
    if (last && last.status !== 'finished') void this.attempt(() => this.watch(last));
    if (unasked) throw unasked;
  }

  /** Finds the last re-homing for this set that was confirmed, so that it can still be undone, or be watched again where it goes on. */
  private async last(): Promise<Reassignment | undefined> {
    const { reassignments } = await this.setting.client.get('/v1/{jurisdiction}/reassignments', {});
    const ours = (one: Reassignment | undefined) => one?.rehoming?.set === this.set;
    return reassignments.find((one) => one.status !== 'previewed' && (ours(one) || ours(reassignments.find((other) => other.job === one.undoes))));
  }

  /** Does something, and says what went wrong. What changes something says how to `look` whether it was done, which is asked where no answer came. */
  private async attempt(what: () => Promise<void>, look?: Look): Promise<void> {
    const was = document.activeElement;
    this.busy = true;
    this.trouble = '';
    this.lost = undefined;
    try {
      await what().catch((error: unknown) => {
        if (!look || !isOpen(error)) throw error;
        return this.find(look);
      });
    } catch (error) {
      if (hasCode(error, 'unauthorized') || hasCode(error, 'forbidden')) this.dispatchEvent(new CustomEvent('ended', { detail: error }));
      else this.trouble = sentence(this.t, error);
    } finally {
      this.busy = false;
      this.leadOn(was, '#rehome-title');
    }
  }

  /** Looks up what became of something that had no answer, and says it; where that cannot be asked either, it can be asked later. */
  private async find(look: Look): Promise<void> {
    try {
      const done = await look();
      if (done) this.done = this.e.lookedUp(done);
      else this.trouble = this.e.notDone;
    } catch (error) {
      if (!isOpen(error)) throw error;
      this.trouble = this.e.maybeDone;
      this.lost = look;
    }
  }

  private publish(from?: string, withdraw = false): void {
    const { client } = this.setting;
    const path = { set: this.set };
    const at = from && new Date(from).toISOString();
    const { accepted } = this;
    this.asking = '';
    this.done = '';
    void this.attempt(async () => {
      const body = { expected: this.inForce, ...(accepted ? { accept_faults: true } : {}), ...(at ? { from: at } : {}), ...(withdraw ? { withdraw } : {}) };
      this.about = await client.post('/v1/{jurisdiction}/boundary-sets/{set}/publication', { path, body });
      this.done = this.publishedAs(this.about, withdraw);
      this.took();
    }, async () => {
      const [about, jurisdiction] = await Promise.all([client.get('/v1/{jurisdiction}/boundary-sets/{set}', { path }), client.get('/v1/{jurisdiction}', {})]);
      this.about = about;
      this.inForce = jurisdiction.boundary_set ?? '';
      this.took();
      const done = at ? about.planned_from !== undefined && Date.parse(about.planned_from) === Date.parse(at) : withdraw ? !about.planned_from && about.status !== 'published' : about.status === 'published';
      return done ? this.publishedAs(about, withdraw) : '';
    }).then(() => this.tell());
  }

  /** It may have come into force. */
  private took(): void {
    if (this.about?.status !== 'published') return;
    this.inForce = this.set;
    this.left = remaining(this.about); // what it had against the one before is settled
    this.dispatchEvent(new CustomEvent('published'));
  }

  /** What a publication came to. */
  private publishedAs(about: BoundarySet, withdraw: boolean): string {
    return about.planned_from ? this.e.planned(moment(this.t, this.setting.jurisdiction.time_zone, about.planned_from)) : withdraw ? this.e.withdrawn : this.e.published;
  }

  /** Leads the keyboard to what was said. */
  private tell(): Promise<void> {
    return this.focusOn(this.trouble ? '#compare-trouble' : '#compare-done');
  }

  private lookAgain(look: Look): void {
    void this.attempt(() => this.find(look)).then(() => this.tell());
  }

  private ask(asking: typeof this.asking): void {
    const before = this.asking;
    this.asking = asking;
    this.accepted = false;
    this.done = '';
    void this.focusOn(asking ? '#replacing' : before === 'now' ? '#publish-now' : '#publish-on');
  }

  /** Goes to an area on the map; one with an outline larger than an answer may be is left to the hand. */
  private show({ code, gone }: Differing): void {
    void this.attempt(async () => {
      const set = gone && this.previous ? this.previous.set : this.set;
      const { features } = await this.setting.client.get('/v1/{jurisdiction}/boundary-sets/{set}/areas', { path: { set }, query: { codes: code } });
      this.querySelector('weige-sketch')?.fit(boxAround(features.map((one) => one['geometry'])));
    });
  }

  private preview(reason: string): void {
    this.done = '';
    void this.attempt(async () => {
      this.plan = await this.setting.client.post('/v1/{jurisdiction}/rehomings/preview', { body: { set: this.set, reason } });
    });
  }

  private confirm(action: 'confirmation' | 'undo'): void {
    const { plan } = this;
    if (!plan) return;
    this.done = '';
    const { client } = this.setting;
    const path = { job: plan.job };
    void this.attempt(async () => {
      const now = action === 'undo' ? await client.post('/v1/{jurisdiction}/reassignments/{job}/undo', { path }) : await client.post('/v1/{jurisdiction}/reassignments/{job}/confirmation', { path });
      this.plan = now;
      await this.watch(now);
    }, async () => {
      const now = action === 'confirmation' ? await client.get('/v1/{jurisdiction}/reassignments/{job}', { path })
        : (await client.get('/v1/{jurisdiction}/reassignments', {})).reassignments.find((one) => one.undoes === plan.job);
      if (!now || now.status === 'previewed') return '';
      this.plan = now;
      await this.watch(now);
      return this.e.wasDone;
    });
  }

  private async watch(from: Reassignment): Promise<void> {
    const mine = ++this.watched;
    let now = from;
    for (let asked = 0; now.status !== 'finished' && asked < mostQuestions; asked++) {
      await new Promise((resolve) => { setTimeout(resolve, patience); });
      if (mine !== this.watched) return;
      now = await this.setting.client.get('/v1/{jurisdiction}/reassignments/{job}', { path: { job: now.job } });
      this.plan = now;
    }
  }

  /** Once it is published, or is to be, what is asked next is other forms, not those before moved. */
  protected override render() {
    const { e, t, about, diff } = this;
    if (!about || !diff) return this.trouble ? html`<p class="notice bad" role="alert">${this.trouble}</p>` : html`<p role="status">${t.loading}</p>`;
    const [west = -180, south = -60, east = 180, north = 75] = about.bbox;
    const before = this.set === this.inForce ? undefined : this.previous; // of what is in force it took the place already
    return html`<section class="with-map"><div class="card"><h2>${before ? e.compareTitle(this.called(before), this.called(about)) : this.called(about)}</h2>
        ${this.set !== this.inForce ? this.changes(diff) : html`<p class="notice">${e.inForceAlready}</p>`}${this.wrong(diff)}
        ${keyed(`${this.inForce} ${about.planned_from ?? ''}`, html`${this.set === this.inForce ? nothing : this.publishing(about)}${this.rehoming()}`)}</div>
      <weige-sketch .label=${e.mapOfDrawing} .bounds=${[west, south, east, north]} .first=${guard([diff], () => looked(boxAround(diff.hands.map((one) => one.geometry)), [west, south, east, north]))} .base=${this.base} .earlier=${this.earlier} .hands=${guard([diff], () => handsOf(diff))} .faults=${guard([this.left], () => faultShapes(this.left.faults))} .level=${about.levels.at(-1) ?? ''}
        .setting=${this.setting} .unavailableText=${e.drawNoMap}></weige-sketch></section>
      ${this.trouble ? html`<div class="notice bad said" id="compare-trouble" tabindex="-1" role="alert"><p>${this.trouble}</p>${this.lostAction()}</div>` : nothing}${this.done ? html`<div class="notice said" id="compare-done" tabindex="-1" role="status"><p>${this.done}</p>${this.wayBack()}</div>` : nothing}`;
  }

  /** What was in force until now can be put back: it is compared with and asked about as every version. */
  private wayBack() {
    const { previous, about } = this;
    if (!previous || about?.status !== 'published' || previous.set === this.set) return nothing;
    return html`<button type="button" class="secondary" @click=${() => this.dispatchEvent(new CustomEvent('back', { detail: previous.set }))}>${this.e.rollBack(this.called(previous))}</button>`;
  }

  private lostAction() {
    const { lost } = this;
    return lost ? html`<button type="button" class="secondary" ?disabled=${this.busy} @click=${() => this.lookAgain(lost)}>${this.e.lookAgain}</button>` : nothing;
  }

  private changes(diff: BoundaryDiff) {
    const { e, t } = this;
    if (diff.added.length + diff.removed.length + diff.renamed.length + diff.changed.length + (diff.counted?.length ?? 0) === 0) return html`<p class="notice">${e.compareSame}</p>`;
    const called = (code: string) => this.areaCalled(code, diff);
    const name = (code: string) => (code ? [called(code), code].filter(Boolean).join(' ') : e.nobody);
    const place = (code: string) => (code ? html`${called(code)} <span class="code">${code}</span>` : e.nobody);
    return html`<p>${e.compareCounts(String(diff.added.length), String(diff.removed.length), String(diff.renamed.length), String(diff.changed.length))}</p>${diff.hands.length ? html`<p class="hint of-map">${e.legendHands}</p>` : nothing}${differences(e, diff, name, (one) => this.show(one))}
      ${diff.hands.length ? html`<details open><summary>${e.handsTitle}</summary><div class="scroll" role="region" aria-label=${e.handsTitle} tabindex="0"><table class="grid hands"><thead><tr><th scope="col">${e.colFrom}</th><th scope="col">${e.colTo}</th><th scope="col">${e.colGround}</th></tr></thead>
        <tbody>${diff.hands.slice(0, 100).map((one) => html`<tr><td>${place(one.from)}</td><td>${place(one.to)}</td><td class="number">${ground(e, one.square_metres, t.lang)}</td></tr>`)}</tbody></table></div></details>` : nothing}${this.counted(diff, name)}`;
  }

  /** What is wrong with this version, each fault with its place on the map. */
  private wrong(diff: BoundaryDiff) {
    const { e, t, left } = this;
    const { faults } = left;
    if (!toAccept(left)) return nothing;
    return html`<div class="notice warn">${saidOf(e, t.lang, left)}</div>${faults.length ? faultList({ e, language: t.lang, faults, closed: true, called: (code) => this.areaCalled(code, diff), show: (fault) => this.querySelector('weige-sketch')?.fit(faultBox(fault)) }) : nothing}`;
  }

  /** Shows all that is wrong: the faults, and the ground that nobody would have. */
  private lookAtWrong(): void {
    const ground = this.left.nobodys ? (this.diff?.hands ?? []).filter((one) => one.from && !one.to).map((one) => one.geometry) : [];
    this.querySelector('weige-sketch')?.fit(boxAround([...this.left.faults.map((one) => one.geometry), ...ground]));
  }

  private called(set: BoundarySet): string {
    return calledSet(this.e, this.t, this.setting.jurisdiction.time_zone, set);
  }

  /** The name of an area of one of the two sets, after that of its parent where others have the same. */
  private areaCalled(code: string, diff: BoundaryDiff): string {
    const { areas } = this.setting;
    this.register ??= new Register({ features: areas.levels.flatMap((_, level) => areas.of(level).map(({ parent, ...properties }) => ({ properties: { ...properties, ...(parent ? { parent } : {}) } }))) });
    const known = this.register.area(code);
    return known ? this.register.called(known) : diff.added.find((one) => one.code === code)?.name ?? '';
  }

  /** The areas that have other households than before, or came or went with theirs, as far as they are known. */
  private counted(diff: BoundaryDiff, name: (code: string) => string) {
    const { e, t } = this;
    const place = (one: BoundaryDiff['added'][number], before: boolean) => (one.households === undefined ? [] : [{ code: one.code, called: `${one.name} ${one.code}`,
      ...(before ? { before: one.households, before_estimated: one.households_estimated } : { after: one.households, after_estimated: one.households_estimated }) }]);
    const rows: { code: string; called?: string; before?: number; before_estimated?: boolean | undefined; after?: number; after_estimated?: boolean | undefined }[] =
      [...(diff.counted ?? []), ...diff.removed.flatMap((one) => place(one, true)), ...diff.added.flatMap((one) => place(one, false))];
    if (rows.length === 0) return nothing;
    const whole = new Intl.NumberFormat(t.lang);
    return html`<details><summary>${e.householdsTitle}</summary><div class="scroll" role="region" aria-label=${e.householdsTitle} tabindex="0"><table class="grid"><thead><tr><th scope="col">${e.colArea}</th><th scope="col">${e.colFrom}</th><th scope="col">${e.colTo}</th></tr></thead>
        <tbody>${rows.slice(0, 100).map((one) => html`<tr><td>${one.called ?? name(one.code)}</td><td class="number">${households(e, whole, one.before, one.before_estimated)}</td><td class="number">${households(e, whole, one.after, one.after_estimated)}</td></tr>`)}</tbody></table></div>
      ${rows.some((one) => one.after_estimated) ? html`<p class="hint">${e.householdsNote}</p>` : nothing}</details>`;
  }

  private publishing(about: BoundarySet) {
    const { e, t, asking, diff, busy } = this;
    const zone = this.setting.jurisdiction.time_zone;
    const question = (from?: string) => (diff ? replacing({ e, diff, about, before: this.previous, called: (one) => this.called(one), busy, language: t.lang, left: this.left, accepted: this.accepted, accept: (accepted) => { this.accepted = accepted; }, look: () => this.lookAtWrong(), ...(from ? { when: moment(t, zone, new Date(from).toISOString()) } : {}),
      yes: () => this.publish(from), no: () => this.ask('') }) : nothing);
    return html`<h3>${e.publishTitle}</h3>
      ${about.planned_from ? html`<p>${e.planned(moment(t, zone, about.planned_from))}</p><button type="button" class="quiet" ?disabled=${busy} @click=${() => this.publish(undefined, true)}>${e.publishWithdraw}</button>` : nothing}
      ${about.plan_failed ? html`<p class="wrong">${e.planFailed}</p>` : nothing}
      ${asking === 'now' ? question() : html`<button type="button" class="primary" id="publish-now" ?disabled=${busy} @click=${() => this.ask('now')}>${e.publishNow}</button>`}
      <form class="step-form" @submit=${(event: SubmitEvent) => { event.preventDefault(); this.ask({ from: String(new FormData(event.target as HTMLFormElement).get('from')) }); }}>
        <label class="field">${e.publishAt}<input type="datetime-local" name="from" required min=${localMinute(new Date())}><span class="hint">${e.publishAtHint}</span></label>
        ${asking && asking !== 'now' ? nothing : html`<button type="submit" class="secondary" id="publish-on" ?disabled=${busy}>${e.publishOn}</button>`}</form>${asking && asking !== 'now' ? question(asking.from) : nothing}`;
  }

  private rehoming() {
    const { e, t, plan, language } = this;
    if (!this.rehomes) return html`<h3>${e.rehomeTitle}</h3><p class="hint">${e.rehomeAdmin}</p>`;
    const { jurisdiction, areas } = this.setting;
    const who = (assignee: Reassignment['table'][number]['from']) => staffName(t, language, jurisdiction, areas, assignee);
    const rehoming = plan?.rehoming;
    return html`<h3 id="rehome-title" tabindex="-1">${e.rehomeTitle}</h3><p class="hint">${e.rehomeNote}</p>
      <form class="step-form" @submit=${(event: SubmitEvent) => { event.preventDefault(); this.preview(String(new FormData(event.target as HTMLFormElement).get('reason'))); }}>
        <label class="field">${e.rehomeReason}<input name="reason" required minlength="2" maxlength="300" .value=${this.reason || e.rehomeDefault} @input=${(event: Event) => { this.reason = (event.target as HTMLInputElement).value; }}></label>
        <button type="submit" class="secondary" ?disabled=${this.busy}>${e.rehomeLook}</button></form>
      ${plan && rehoming ? keyed(plan.job, html`<p>${plan.reports + rehoming.duties_moved === 0 ? e.rehomeNone : e.rehomeCounts(String(plan.reports), String(rehoming.duties_moved))}</p>
        ${plan.table.length ? html`<div class="scroll" role="region" aria-label=${e.whoGives} tabindex="0"><table class="grid"><caption class="sr">${e.whoGives}</caption><thead><tr><th scope="col">${e.colWho}</th><th scope="col">${e.colWhom}</th><th scope="col">${e.colReports}</th></tr></thead>
          <tbody>${plan.table.slice(0, 100).map((one) => html`<tr><td>${who(one.from)}</td><td>${one.from.person === one.to.person && who(one.from) === who(one.to) ? e.rehomeStays : who(one.to)}</td><td class="number">${one.reports}</td></tr>`)}</tbody></table></div>` : nothing}
        ${rehoming.uncovered_all ? html`<p class="notice warn">${e.rehomeUncovered(String(rehoming.uncovered_all))}</p>` : nothing}
        ${rehoming.stale_rules?.length ? html`<p class="notice warn">${e.rehomeRules(rehoming.stale_rules.join('、'))}</p>` : nothing}
        ${plan.status === 'previewed' ? html`<button type="button" class="primary" ?disabled=${this.busy || this.set !== this.inForce || plan.reports + rehoming.duties_moved === 0} @click=${() => this.confirm('confirmation')}>${e.rehomeConfirm}</button>
            ${this.set === this.inForce ? nothing : html`<p class="hint">${e.rehomeFirst}</p>`}`
          : plan.status === 'finished' ? html`<p class="notice" role="status">${e.rehomeDone(String(plan.results.done), String(plan.results.changed))}</p>
            ${plan.undoes ? nothing : html`<button type="button" class="quiet" ?disabled=${this.busy} @click=${() => this.confirm('undo')}>${e.rehomeUndo}</button>`}`
          : html`<p role="status">${e.rehomeRunning(String(plan.parts_done), String(plan.parts))}</p>`}`) : nothing}`;
  }
}

/** The minute after an instant, as a field of the device's clock has it. */
function localMinute(at: Date): string {
  return new Date(at.getTime() + 60_000 - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Where the map begins: at the ground that changes hands, unless that lies so far apart that nothing could be seen of the set itself. */
function looked(hands: Box | undefined, set: Box): Box | undefined {
  const farther = ([west, south, east, north]: Box) => Math.max((east - west) / (set[2] - set[0]), (north - south) / (set[3] - set[1]));
  return hands && farther(hands) > 3 ? set : hands;
}

/** The ground that changes hands, as far as its outlines came. */
function handsOf({ hands }: BoundaryDiff): GeoJSON.FeatureCollection {
  return { type: 'FeatureCollection', features: hands.flatMap(({ geometry }) => geometry ? [{ type: 'Feature' as const, properties: {}, geometry: geometry as unknown as GeoJSON.Geometry }] : []) };
}
