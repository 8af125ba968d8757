import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import '../styles/base.css';
import './dispatch.css';
import './fresh.ts';
import '../map/element.ts';
import { hasCode } from '../contract/errors.ts';
import type { Photo, QueueItem, Reassignment, StaffReport } from '../contract/schemas.ts';
import type { MapElement } from '../map/element.ts';
import type { Position } from '../contract/areas.ts';
import { countPoints, nothing as noPoints, queuePoints, type PointCollection } from '../map/features.ts';
import { keepKeyboard } from '../page/keyboard.ts';
import { pageAddress, type Setting } from '../page/settings.ts';
import { StaffElement } from '../page/staff-element.ts';
import { keepStill } from '../page/still.ts';
import { goesOn, nothingListed, onMap, photosOf, withReport, type Desk, type Listed } from './desk.ts';
import { asked, firstFilters, noFilters, queueTiles, sameList, searchWith, type Filters } from './filters.ts';
import './keys.ts';
import type { KeyAction } from './keys.ts';
import { filterPart, reportIn, reportList, searchBar, soughtIn, type ListState } from './list.ts';
import { merged } from './news.ts';
import { dutiesIn } from './people.ts';
import { isPicked } from './picked.ts';
import { Picking } from './picking.ts';
import './saved.ts';
import { Entrance } from '../sign-in/entrance.ts';
import { rightsOf } from '../sign-in/rights.ts';
import type { Session } from '../sign-in/session.ts';

const reportZoom = 16.5;
/** Milliseconds for which a finished change of many is offered to be looked at and undone. */
const recentChange = 15 * 60_000;
/** How many reports the server puts into one part of the list, unless it is asked for more, and how many at most. */
const onePart = 200;
const mostAtOnce = 1000;
/** How many parts of the list are fetched at most to find what is new in it. */
const mostParts = 10;

@customElement('weige-dispatch')
export class DispatchPage extends StaffElement {
  @state() private desk: Desk | undefined;
  @state() private filters: Filters = noFilters;
  @state() private listed: Listed = nothingListed;
  @state() private open: StaffReport | undefined;
  /** Those of the open report when it was opened. */
  private photos: readonly Photo[] | undefined;
  /** Somebody else changed the open report, and it is shown as it was. */
  @state() private changedMeanwhile = false;
  @state() private busy = false;
  @state() private trouble = '';
  /** Reports that were new when somebody asked to see them; marked until another list is asked for. */
  @state() private shownFresh: ReadonlySet<string> = new Set();
  @state() private words = '';
  @state() private view: 'list' | 'map' = 'list';
  @state() private wide = false;
  @query('.desk-map weige-map') private map!: MapElement | null;
  private readonly picking = new Picking(this, () => this.map);
  private readonly entrance = new Entrance(this, { entered: (setting, session) => this.sit(setting, session), left: () => this.getUp() });
  private asked = 0;
  /** Counts the lists that were shown, as another order is another list. */
  private turn = 0;
  private points: PointCollection = noPoints;
  private counts: PointCollection = noPoints;
  private drawnFrom: unknown[] = [];
  private readonly width = matchMedia('(min-width: 960px)');
  private readonly widthChanged = () => { this.wide = this.width.matches; };
  private readonly back = () => { if (this.desk) void this.follow(firstFilters(location.search, this.desk.session.person, this.desk.duties.reassigns)); };

  /** What ends that nothing moves by itself and that the keyboard is led on. */
  private ends: readonly (() => void)[] = [];

  /** Escape puts away what lies on top: a tool of the map, many being handed on, the open report; not while somebody writes, whose field has its own use for it. */
  private readonly pressed = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement | null;
    if (event.key !== 'Escape' || event.defaultPrevented || this.querySelector('dialog[open]')) return;
    if (this.picking.tool) this.picking.stop();
    else if (target && /^(TEXTAREA|SELECT|INPUT)$/.test(target.tagName) && (target as HTMLInputElement).type !== 'checkbox') return;
    else if (this.picking.handing) this.closeBulk();
    else if (this.open) this.closePanel();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.width.addEventListener('change', this.widthChanged);
    this.widthChanged();
    window.addEventListener('popstate', this.back);
    document.addEventListener('keydown', this.pressed);
    this.ends = [keepStill().end, keepKeyboard()];
  }

  override disconnectedCallback(): void {
    this.width.removeEventListener('change', this.widthChanged);
    window.removeEventListener('popstate', this.back);
    document.removeEventListener('keydown', this.pressed);
    for (const end of this.ends) end();
    super.disconnectedCallback();
  }

  /** Takes the seat of whoever signed in: their duties, the roster if they may hand on, the list. */
  private async sit(setting: Setting, session: Session): Promise<void> {
    const { client } = setting;
    const duties = dutiesIn(session.grants, client.jurisdiction);
    let roster: Desk['roster'] = [];
    if (duties.reassigns) {
      try {
        roster = (await client.get('/v1/{jurisdiction}/roster', {})).duties;
      } catch (error) {
        if (!hasCode(error, 'forbidden')) return this.explain(error);
        duties.reassigns = false;
      }
    }
    this.desk = { setting, client, session, duties, roster };
    if (!duties.works) return; // it would only be refused
    this.filters = firstFilters(location.search, session.person, duties.reassigns);
    if (duties.reassigns) void this.findLatest(this.desk);
    await Promise.all([this.fetchList(undefined, true), this.filters.report ? this.fetchReport(this.filters.report) : undefined]);
  }

  private getUp(): void {
    this.desk = undefined;
    this.open = undefined;
    this.listed = nothingListed;
    this.picking.clear();
    this.picking.remember(undefined);
  }

  private explain(error: unknown): void {
    this.trouble = this.entrance.explain(this.t, error);
  }

  /** Takes filters over; the address follows, so that "back" leads to what was shown before. */
  private filter(change: Partial<Filters>): void {
    const next = { ...this.filters, ...change };
    history.pushState(null, '', `${location.pathname}${searchWith(location.search, next)}`);
    void this.follow(next);
  }

  private async follow(next: Filters): Promise<void> {
    const before = this.filters;
    if (!sameList(before, next)) this.shownFresh = new Set();
    this.filters = next;
    if (!this.desk) return;
    if (!next.report) this.open = undefined;
    // Whoever opens a report wants to see it.
    else if (next.report !== before.report) this.picking.hand(false);
    await Promise.all([sameList(before, next) ? undefined : this.fetchList(), next.report && next.report !== before.report ? this.fetchReport(next.report) : undefined]);
  }

  /** Fetches the list, or what follows `after` in it, or as much of it anew as is shown. */
  private async fetchList(after?: string, anew = false): Promise<void> {
    const { desk, filters } = this;
    if (!desk) return;
    const turn = ++this.asked;
    this.busy = true;
    this.trouble = '';
    try {
      const query = { area: filters.area, ...asked(filters), ...(after ? { cursor: after } : {}), ...(anew && this.listed.items.length > onePart ? { limit: Math.min(mostAtOnce, this.listed.items.length) } : {}) };
      const [queue, counts] = await Promise.all([desk.client.get('/v1/{jurisdiction}/queue', { query }), desk.client.get('/v1/{jurisdiction}/counts', { query: asked(filters) })]);
      if (turn !== this.asked) return;
      const items = after ? [...this.listed.items, ...queue.reports] : queue.reports;
      if (!goesOn(this.listed.items, items)) this.turn++;
      this.listed = { items, next: queue.next || undefined, counts: counts.areas, countsMore: counts.more === true };
    } catch (error) {
      if (turn === this.asked) this.explain(error);
    } finally {
      if (turn === this.asked) this.busy = false;
    }
  }

  /** Goes on with the list; the keyboard goes on with what came once there is no more to be asked for. */
  private async more(): Promise<void> {
    if (this.busy) return;
    const { turn, listed: { items: before, next } } = this;
    const was = document.activeElement;
    await this.fetchList(next);
    const first = this.listed.items[before.length];
    const wentOn = turn !== this.turn || (document.activeElement !== was && document.activeElement !== document.body); // they do something else, or see another list
    if (first && !this.listed.next && !wentOn) await this.focusOn(`[data-report="${CSS.escape(first.report)}"]`);
  }

  /** Shows the list with what is new in it, marks that, and goes to the first of it, however far down it stands. */
  private async showFresh(ids: ReadonlySet<string>): Promise<void> {
    this.shownFresh = ids;
    this.words = ''; // which may be of none of them
    const { filters } = this;
    await this.fetchList();
    const first = () => this.listed.items.find((one) => ids.has(one.report));
    for (let parts = 0, next = this.listed.next; !first() && next && parts < mostParts && filters === this.filters; parts++) {
      await this.fetchList(next);
      if (next === this.listed.next) break; // it could not be fetched, which is said
      next = this.listed.next;
    }
    if (!sameList(filters, this.filters) || this.querySelector(':is(input, select, textarea):focus')) return; // whoever went on does something else
    const found = first();
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))); // what lies below the list has moved, unseen, before that is scrolled to
    await this.focusOn(found ? `[data-report="${CSS.escape(found.report)}"]` : '#list-title');
  }

  /** The open report is shown as it is. Whoever is writing about it is told and asks for that: they decide about what they have seen. */
  private heard(news: readonly QueueItem[]): void {
    const { open } = this;
    if (!open || !news.some((one) => one.report === open.report && one.version > open.version)) return;
    if (this.querySelector('weige-steps')?.resolve()) return; // it may be what was done here
    const writing = [...this.querySelectorAll<HTMLTextAreaElement>('.desk-panel textarea')].some((one) => one.value.trim() !== '') || this.querySelector('.desk-panel .step-form') !== null;
    if (writing) this.changedMeanwhile = true;
    else this.renew();
  }

  /** Shows the open report as it is now; what somebody writes about it stays. */
  private renew(): void {
    const { open, desk } = this;
    if (!open || !desk) return;
    void desk.client.get('/v1/{jurisdiction}/reports/{report}', { path: { report: open.report } }).then((now) => {
      if (this.open?.report !== now.report || now.version <= this.open.version) return;
      this.open = now;
      this.changedMeanwhile = false;
    }, () => undefined); // the next step says that it changed
  }

  private async fetchReport(report: string): Promise<void> {
    const { desk } = this;
    if (!desk) return;
    try {
      // What shows a report comes with the first one that is opened. Its photos come with it, or they would push away what is about to be pressed.
      const [open, photos] = await Promise.all([desk.client.get('/v1/{jurisdiction}/reports/{report}', { path: { report } }), photosOf(desk, report), import('./panel.ts')]);
      if (report !== this.filters.report) return;
      this.open = open;
      this.photos = photos;
      this.changedMeanwhile = false;
      await this.focusOn('#panel-title');
      if (open.address_grade !== 'none') this.map?.moveTo([open.lon, open.lat], reportZoom);
    } catch (error) {
      if (report !== this.filters.report) return;
      this.open = undefined;
      this.explain(error);
    }
  }

  private closeBulk(): void {
    this.picking.hand(false);
    void this.focusOn(this.picking.empty && !this.picking.latest ? '#list-title' : '.picked-bar .primary');
  }

  /** Finds the last change of many that this person confirmed, if it is not over for long: whoever opens the page anew may want to undo it. */
  private async findLatest({ client, session }: Desk): Promise<void> {
    try {
      const since = Date.now() - recentChange;
      const { reassignments } = await client.get('/v1/{jurisdiction}/reassignments', {});
      const last = reassignments.find((one) => one.by === session.person && !one.rehoming && one.status !== 'previewed');
      if (last && !last.undoes && (last.status !== 'finished' || Date.parse(last.finished_at ?? '') > since)) this.picking.remember(last);
    } catch {
      // It is also in the list of the latest changes.
    }
  }

  /** Selects in list and map alike. */
  private choose(report: string): void {
    if (report === this.filters.report && this.open) return;
    this.filter({ report });
  }

  /** Looks among the listed, or opens a report whose id was written. */
  private seek(words: string): void {
    const report = reportIn(words);
    this.words = report ? '' : words;
    if (report) this.choose(report);
  }

  private show(view: 'list' | 'map'): void {
    this.view = view;
    void this.updateComplete.then(() => this.querySelector('.tabs')?.scrollIntoView({ block: 'start' }));
  }

  private closePanel(): void {
    const { report } = this.filters;
    this.filter({ report: '' });
    const entry = `[data-report="${CSS.escape(report)}"]`;
    void this.focusOn(this.querySelector(entry) ? entry : '#list-title');
  }

  private key(action: KeyAction): void {
    const entries = [...this.querySelectorAll<HTMLElement>('.entry')];
    const focused = entries.findIndex((one) => one.parentElement?.contains(document.activeElement));
    const current = focused >= 0 ? focused : entries.findIndex((one) => one.dataset['report'] === this.filters.report);
    const item = this.listed.items.find((one) => one.report === (entries[current]?.dataset['report'] ?? this.filters.report));
    switch (action) {
      case 'next': case 'previous':
        return entries[action === 'next' ? Math.min(current + 1, entries.length - 1) : Math.max(current - 1, 0)]?.focus();
      case 'pick':
        if (item && this.desk?.duties.reassigns) this.picking.toggle(item, this.listed.items);
        return;
      case 'search':
        return this.querySelector<HTMLInputElement>('#filter-words')?.select();
      case 'reassign':
        return void this.reassign(item?.report ?? '');
      case 'help':
    }
  }

  /** Goes where reports are handed on: all that are picked, else the open one, else the one that has the keyboard. */
  private async reassign(report: string): Promise<void> {
    if (!this.desk?.duties.reassigns) return;
    if (!this.picking.empty) {
      return this.picking.hand(true);
    }
    if (report && report !== this.open?.report) {
      this.filter({ report });
      await this.fetchReport(report);
    }
    await this.updateComplete;
    this.querySelector('weige-steps')?.reassign();
  }

  private changed(now: StaffReport): void {
    // An answer may come when another report is open, or after something newer.
    if (now.report === this.filters.report && now.version >= (this.open?.version ?? 0)) {
      this.open = now;
      this.changedMeanwhile = false;
    }
    this.listed = { ...this.listed, items: withReport(this.listed.items, now) };
    void this.fetchList(undefined, true);
  }

  /** Many changed hands: the list is another, and so is the open report. */
  private async moved(): Promise<void> {
    await Promise.all([this.fetchList(), this.filters.report ? this.fetchReport(this.filters.report) : undefined]);
  }

  /** Points are made anew only when what they are made of has changed, so that the map is not sent the same again. */
  private makePoints(): void {
    const { picked } = this.picking;
    const from = [this.listed, this.open, this.filters.report, picked];
    if (from.every((one, at) => one === this.drawnFrom[at]) || !this.desk) return;
    this.drawnFrom = from;
    this.points = queuePoints(onMap(this.listed.items, this.open), this.filters.report, (item) => isPicked(picked, item));
    this.counts = countPoints(this.listed.counts, this.desk.setting.areas);
  }

  protected override render() {
    const { t, desk, trouble } = this;
    return this.entrance.frame({ page: 'dispatch', t, trouble, content: desk ? this.page(desk) : undefined,
      tools: html`<weige-keys @key=${(event: CustomEvent<KeyAction>) => this.key(event.detail)}></weige-keys>` });
  }

  /** Says so to an account that has no reports to see, and where it may go on. */
  private nothingHere({ session, client }: Desk) {
    const { t, s } = this;
    return html`<section class="card gate"><h1>${t.titleDispatch}</h1><p class="notice warn">${s.deskNotYours(session.name)}</p>
      ${rightsOf(session, client.jurisdiction).edits ? html`<a class="primary" href=${pageAddress('/edit/', location.search)}>${t.navEdit}</a>` : nothing}</section>`;
  }

  private page(desk: Desk) {
    const { t, s, view } = this;
    if (!desk.duties.works) return this.nothingHere(desk);
    const picking = desk.duties.reassigns ? this.picking : undefined;
    const handing = picking?.handing ?? false;
    this.makePoints();
    const items = soughtIn({ t, language: this.language, desk }, this.listed.items, this.words);
    const state: ListState = {
      t, language: this.language, desk, picking, listed: { ...this.listed, items }, turn: this.turn, filters: this.filters, beginning: firstFilters('', desk.session.person, desk.duties.reassigns), busy: this.busy,
      choose: (report) => this.choose(report), filter: (change) => this.filter(change),
      words: this.words, look: (words) => this.seek(words), openSought: () => { if (this.words.trim() && items.length === 1 && items[0]) this.choose(items[0].report); },
      shownFresh: this.shownFresh,
      more: () => void this.more(), refresh: () => void this.fetchList(),
      fresh: html`<weige-fresh .desk=${desk} .listed=${this.listed} .filters=${this.filters} @show=${(event: CustomEvent<ReadonlySet<string>>) => void this.showFresh(event.detail)} @heard=${(event: CustomEvent<QueueItem[]>) => this.heard(event.detail)} @ended=${(event: CustomEvent) => this.explain(event.detail)}
        @merged=${(event: CustomEvent<QueueItem[]>) => { this.listed = { ...this.listed, items: merged(this.listed.items, event.detail) }; }}></weige-fresh>`,
    };
    const tab = (name: 'list' | 'map', text: string) => html`<button type="button" aria-pressed=${view === name ? 'true' : 'false'} @click=${() => this.show(name)}>${text}</button>`;
    return html`<h1 class="sr">${t.titleDispatch}</h1>
      <div class="desk" data-view=${view} data-panel=${this.open || handing ? 'open' : 'none'}>
        <div class="desk-list">${searchBar(state)}
          ${this.trouble ? html`<p class="notice bad" role="alert">${this.trouble}</p>` : nothing}
          <div class="tabs" role="group" aria-label=${t.titleDispatch}>${tab('list', s.showList)}${tab('map', s.showMap)}</div>
          <div class="desk-entries"><div class="list-tools">${filterPart(state)}<weige-saved .jurisdiction=${desk.client.jurisdiction} .filters=${this.filters}
            @take=${(event: CustomEvent<Filters>) => this.filter({ ...event.detail, report: this.filters.report })}></weige-saved>${picking && desk.roster.length > 0 ? html`<details class="loads" @toggle=${() => void import('./loads.ts')}><summary>${s.loadTitle}</summary>
            <weige-loads .desk=${desk} .filters=${this.filters} @take=${(event: CustomEvent<string>) => this.filter({ assignee: event.detail })}></weige-loads></details>` : nothing}</div>${reportList(state)}${picking && this.listed !== nothingListed ? html`<details class="files" @toggle=${() => void import('./files.ts')}><summary>${s.filesTitle}</summary>
            <weige-files .desk=${desk} .area=${this.filters.area} @imported=${() => void this.fetchList()}></weige-files></details>` : nothing}</div>${picking?.bar(s, this.listed.items) ?? nothing}</div>
        <div class="desk-map">${this.wide || view === 'map' || this.map ? html`<weige-map .setting=${desk.setting} .label=${s.mapOfReports} picking
          .reports=${this.points} .counts=${this.counts} .queueTiles=${queueTiles(desk.client.jurisdiction, this.filters)} .queueState=${this.listed} .token=${this.entrance.token} .chosenArea=${this.open?.chain.at(-1) ?? this.filters.area} .unavailableText=${s.mapUnavailableStaff}
          .picked=${this.picking.shape} .moves=${this.picking.moves} .pickedAreas=${this.picking.areas} ?areaPicking=${this.picking.tool === 'areas'}
          @areaPicked=${(event: CustomEvent<{ code: string }>) => this.picking.toggleArea(event.detail.code)}
          @unavailable=${() => this.requestUpdate()} @picked=${(event: CustomEvent<{ report: string }>) => this.choose(event.detail.report)}></weige-map>
          ${picking && this.map?.drawable !== false ? picking.tools(s) : nothing}
          <details class="map-legend"><summary>${s.legend}</summary><p>${s.legendCounts}</p><p>${s.legendPoints}</p></details>` : nothing}</div>
        ${handing ? html`<section class="desk-panel" aria-labelledby="panel-title"><weige-bulk .desk=${desk} .picked=${this.picking.picked} .filters=${this.filters} .listed=${this.listed.items}
          .what=${this.picking.words(s, this.listed.items)} .resume=${this.picking.latest} @close=${() => this.closeBulk()} @visit=${(event: CustomEvent<string>) => this.choose(event.detail)}
          @confirmed=${(event: CustomEvent<Reassignment>) => this.picking.remember(event.detail.undoes ? undefined : event.detail)} @moved=${() => void this.moved()}
          @lines=${(event: CustomEvent<[Position, Position][]>) => this.picking.lines(event.detail)}></weige-bulk></section>` : this.open ? html`<section class="desk-panel" aria-labelledby="panel-title">${keyed(this.open.report, html`<weige-panel .desk=${desk} .report=${this.open} .photos=${this.photos} ?changed=${this.changedMeanwhile} @renew=${() => this.renew()}
          @close=${() => this.closePanel()} @visit=${(event: CustomEvent<string>) => this.choose(event.detail)} @changed=${(event: CustomEvent<StaffReport>) => this.changed(event.detail)}></weige-panel>`)}</section>` : nothing}
      </div>`;
  }
}
