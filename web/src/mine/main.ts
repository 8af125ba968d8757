import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../styles/base.css';
import './mine.css';
import { Client } from '../contract/client.ts';
import type { StaffReport } from '../contract/schemas.ts';
import { newKey } from '../contract/once.ts';
import { hasCode, sentence } from '../contract/errors.ts';
import { stepPaths } from '../dispatch/ways.ts';
import { distance } from '../locale/format.ts';
import { opening, shell } from '../page/shell.ts';
import { keepStill } from '../page/still.ts';
import { jurisdictionIn, readSettings, type Setting } from '../page/settings.ts';
import { StaffElement } from '../page/staff-element.ts';
import { keepPage } from '../offline/keep.ts';
import type { PhotoSource } from '../page/photo-list.ts';
import { areaTree } from '../contract/areas.ts';
import { Account } from '../sign-in/account.ts';
import type { Session } from '../sign-in/session.ts';
import { alone } from './alone.ts';
import { Finding } from './finding.ts';
import { fetchKept } from './fetch.ts';
import { aboutOf, Store, withWords, type Kept, type Made, type Move, type Words } from './kept.ts';
import { casesOf, withNow, type Case } from './order.ts';
import type { Picture, Pictures } from './photos.ts';
import { leaving, notices, standing } from './standing.ts';
import { front } from './front.ts';
import { HeldList } from './held.ts';
import { addressOf } from './list.ts';
import type { Refused } from './refused.ts';
import { Wake } from './wake.ts';

/** The phone of somebody who works on cases: their list, which opens and can be worked on without a network. */
@customElement('weige-mine')
export class MinePage extends StaffElement {
  @state() private opened: 'not yet' | 'failed' | 'yes' = 'not yet';
  @state() private kept: Kept | undefined;
  @state() private moves: readonly { at: number; move: Move }[] = [];
  @state() private pictures: Pictures = [];
  @state() private words: readonly Words[] = [];
  @state() private online = navigator.onLine;
  @state() private busy = false;
  @state() private trouble = '';
  @state() private gridless = false;
  @state() private sent = false;
  @state() private storeless = false;
  @state() private leaving = false;
  @state() private sort: 'due' | 'distance' = 'due';
  @state() private open = '';
  /** Places of the refused moves whose notices stand in the page. Those of others wait until somebody asks for them or goes elsewhere, so that nothing moves by itself. */
  @state() private told: ReadonlySet<number> = new Set();
  /** What shows refused moves, fetched with the first of them. */
  private refusals: typeof import('./refused.ts') | undefined;
  /** The case that is seen, empty on the list; undefined before either is. */
  private seen: string | undefined;
  /** Somebody asked for the list while it was being fetched. */
  private onceMore = false;
  /** Somebody asked for the list that is fetched. */
  private asked = false;
  private readonly list = new HeldList();
  /** What was said of their place when the list was shown: it is sorted by that once it is found, and not by each better one. */
  private placed: Finding['said'];
  private readonly finding = new Finding(this);
  /** The case whose photos were asked for last, and how many of it waited then: those that were fetched stay when the network goes. */
  private photosOf = '';
  private readonly account = new Account(this);
  private still: ReturnType<typeof keepStill> | undefined;
  private client: Client | undefined;
  private store: Store | undefined;

  constructor() {
    super();
    new Wake(this, () => this.again(), () => this.back());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.still = keepStill();
    void this.begin();
  }

  override disconnectedCallback(): void {
    this.still?.end();
    super.disconnectedCallback();
  }

  private again(): void {
    this.online = navigator.onLine;
    if (document.hidden) this.finding.stop();
    if (this.online && !document.hidden) void this.sync();
  }

  private back(): void {
    this.open = new URLSearchParams(location.search).get('report') ?? '';
    if (this.open) this.finding.stop();
  }

  protected override willUpdate(): void {
    const { open, kept } = this;
    if (this.opened !== 'yes') return;
    const seen = kept && this.cases(kept).some(({ item }) => item.report === open) ? open : '';
    if (this.seen && this.seen === open && seen === '') {
      // It went to somebody else, or is finished.
      this.open = '';
      history.replaceState(null, '', addressOf(''));
      window.scrollTo(0, 0);
    }
    if (seen !== this.seen) this.told = this.allRefused();
    const { said } = this.finding;
    if (seen !== this.seen || (said === 'located' && this.placed !== said)) this.list.ask();
    this.placed = said;
    this.seen = seen;
    if (kept && seen === '') this.list.take(this.cases(kept));
  }

  private get refused(): readonly Refused[] {
    return this.moves.filter(({ move }) => move.refused !== undefined);
  }

  private allRefused(): ReadonlySet<number> {
    return new Set(this.refused.map(({ at }) => at));
  }

  private async begin(): Promise<void> {
    this.opened = 'not yet';
    try {
      const settings = await readSettings();
      const session = await this.account.ask(settings);
      const jurisdiction = jurisdictionIn(location.search) ?? settings.jurisdiction;
      this.client = new Client({ jurisdiction, token: this.account.token });
      await this.openStore(jurisdiction, session);
    } catch {
      this.opened = 'failed';
      return;
    }
    this.back();
    this.opened = 'yes';
    for (const later of [import('./case.ts'), import('./sending.ts')]) void later.catch(() => undefined); // neither is the first thing to be seen; both are here when the network goes
    keepPage('/mine/');
    await this.sync();
  }

  /** Opens what the phone keeps; whatever is of somebody else is forgotten. */
  private async openStore(jurisdiction: string, session: Session | undefined): Promise<void> {
    try {
      const store = new Store(jurisdiction);
      this.kept = await store.kept();
      if (session && this.kept && this.kept.person !== session.person) {
        await store.clear();
        this.kept = undefined;
      }
      this.store = store;
      this.words = await store.words();
      await this.lookAt(store);
      this.pictures = await store.pictures();
    } catch {
      // Private windows of some browsers keep nothing.
      this.storeless = true;
    }
  }

  /** Sends what waits, then fetches the list. One at a time, also among several windows. */
  private async sync(): Promise<void> {
    const { client, account: { session } } = this;
    if (!session || !client) return;
    if (this.busy) {
      // What runs may have begun before the network came back.
      this.onceMore = true;
      return;
    }
    this.busy = true;
    this.onceMore = false;
    this.trouble = '';
    try {
      if (this.store) await alone('weige-mine', () => this.send(session, client));
      const fetched = await fetchKept(client, session, this.kept);
      if (this.account.session !== session) return; // who signed out meanwhile leaves nothing behind
      if (this.asked && !this.onceMore) this.list.ask();
      this.kept = fetched;
      await this.store?.keep(fetched);
    } catch (error) {
      const forbidden = hasCode(error, 'forbidden');
      this.gridless = forbidden && await import('./no-grid.ts').then(() => true, () => false);
      if (!this.account.over(error) && navigator.onLine) this.trouble = forbidden ? this.s.mineNoGrid : sentence(this.t, error);
    } finally {
      this.busy = false;
      await this.look();
    }
    if (this.onceMore) await this.sync();
    else this.asked = false;
  }

  /** Shows the list as it is now. */
  private all(): void {
    this.list.ask();
    this.requestUpdate();
  }

  private refresh(): void {
    this.all();
    this.asked = this.account.session !== undefined;
    void this.sync();
  }

  private async send(session: Session, client: Client): Promise<void> {
    const { store } = this;
    if (!store) return;
    const waits = (await store.moves()).length + (await store.pictures()).length > 0;
    // What sends is fetched with the first that waits. Where it is not reached, no more is the server: everything stays kept.
    const sending = waits ? await import('./sending.ts').catch(() => undefined) : undefined;
    if (sending) {
      const why = (error: unknown) => (hasCode(error, 'forbidden') ? this.s.mineNotYours : sentence(this.t, error));
      const now = (report: StaffReport) => {
        if (this.kept) this.kept = { ...this.kept, reports: withNow(this.kept.reports, [report], session.person) };
      };
      const { expired } = await sending.sendKept(client, session.person, store, { now, why });
      if (expired) this.account.expire();
      if (this.account.session !== session) return;
      if (this.kept) await store.keep(this.kept);
    }
    await this.look();
    this.sent = waits && this.unsent === 0;
  }

  private async look(): Promise<void> {
    if (!this.store) return;
    await this.lookAt(this.store);
    this.pictures = await this.store.pictures();
  }

  private async lookAt(store: Store): Promise<void> {
    const moves = await store.moves();
    if (moves.some(({ move }) => move.refused !== undefined) || this.lost.length > 0) this.refusals ??= await import('./refused.ts').catch(() => undefined);
    this.moves = moves;
  }

  /** What was begun for reports that are in the list no more. */
  private get lost(): readonly Words[] {
    const { kept } = this;
    if (!kept || this.words.length === 0) return [];
    const shown = new Set(this.cases(kept).map(({ item }) => item.report));
    return this.words.filter((one) => !shown.has(one.report));
  }

  /** How much waits on this phone. */
  private get unsent(): number {
    return this.moves.length + this.pictures.length;
  }

  /** How much is gone when the phone is cleared: what waits, and what was begun. */
  private get undone(): number {
    return this.unsent + this.words.length;
  }

  private async leave(anyway: boolean): Promise<void> {
    if (this.undone > 0 && !anyway) {
      this.leaving = true;
      void this.focusOn('.leave-anyway');
      return;
    }
    await this.store?.clear();
    this.kept = undefined;
    this.moves = [];
    this.pictures = [];
    this.words = [];
    this.leaving = false;
    await this.account.signOut();
  }

  /** Keeps a move on the phone, and sends it at once where that is possible. */
  private async move({ kind, body, behind }: Made): Promise<void> {
    const { store, kept, client, open: report } = this;
    if (!kept) return;
    const of = kept.reports.find((one) => one.report === report);
    const done = await this.safely(async () => {
      if (store) await store.add({ key: newKey(), person: kept.person, report, kind, body, made: new Date().toISOString(), ...(behind ? { behind } : {}), ...(of ? { about: aboutOf(of) } : {}) });
      else await client?.post(stepPaths[kind], { path: { report }, body, key: newKey() });
    });
    if (!done) return;
    this.words = this.words.filter((one) => one.report !== report || one.kind !== kind);
    this.sent = false;
    await this.look();
    if (kind !== 'accepted' && kind !== 'remarked') this.show('');
    await this.sync();
  }

  /** Keeps something on the phone or, where it keeps nothing, sends it at once; says so where that does not succeed, and what was written is still there. */
  private async safely(what: () => Promise<unknown>): Promise<boolean> {
    try {
      await what();
      return true;
    } catch (error) {
      this.trouble = this.store ? this.s.mineNotKept : sentence(this.t, error);
      window.scrollTo(0, 0);
      return false;
    }
  }

  /** Keeps what is being written for a step of the open case, until it is sent or given up. */
  private write({ kind, said }: Pick<Words, 'kind' | 'said'>, report = this.open): void {
    const { kept } = this;
    if (!kept) return;
    const words = { person: kept.person, report, kind, said };
    this.words = withWords(this.words, words);
    void this.store?.write(words).catch(() => undefined); // a full phone: the form still holds it
  }

  /** Keeps a photo of the open case on the phone, and sends it at once where that is possible. */
  private async picture({ blob, report }: Pick<Picture, 'blob' | 'report'>): Promise<void> {
    const { store, kept, client } = this;
    if (!kept || !report) return;
    const done = await this.safely(async () => {
      if (store) await store.addPicture({ blob, person: kept.person, report, made: new Date().toISOString() });
      else if (client) await (await import('./sending.ts')).sendPhoto(client, report, blob);
    });
    if (!done) return;
    this.sent = false;
    await this.look();
    await this.sync();
  }

  private async dropPicture(at: number): Promise<void> {
    await this.store?.dropPicture(at);
    await this.look();
  }

  private async dropMove(at: number): Promise<void> {
    await this.store?.giveUp(at);
    await this.look();
    this.told = this.allRefused(); // those on top of it are refused with it
  }

  /** Puts the words of a refused move into the form of a new step on the report as it is now. */
  private async takeUp({ at, move }: Refused, of: Case | undefined): Promise<void> {
    const { kept, store } = this;
    const { refusals } = this;
    const next = kept && refusals?.takenUp(move, of, kept.person);
    if (!refusals || !next || !store) return;
    const { kind } = next;
    const { report, person } = move;
    const words = { person, report, kind, said: refusals.withBegun(next.said, this.words.find((one) => one.report === report && one.kind === kind)?.said) };
    // Whoever is interrupted in between finds the words in both places, and not in none.
    await store.write(words);
    this.words = withWords(this.words, words);
    await this.dropMove(at);
    const { CasePage } = await import('./case.ts');
    if (this.open !== report) this.show(report);
    await this.updateComplete;
    const shown = this.querySelector('weige-case');
    if (shown instanceof CasePage) shown.choose(kind);
  }

  /** Shows the notice of a refused move: at its report, or on the list. */
  private async showRefused({ at, move }: Refused): Promise<void> {
    if (this.open !== move.report) this.show(this.kept?.reports.some(({ report }) => report === move.report) ? move.report : '');
    this.told = this.allRefused();
    await this.updateComplete;
    const notice = this.querySelector<HTMLElement>(`#refused-${at}`);
    notice?.scrollIntoView({ block: 'start' });
    notice?.focus({ preventScroll: true });
  }

  private order(sort: 'due' | 'distance'): void {
    this.sort = sort;
    this.all();
    if (sort === 'distance') this.finding.begin();
    else this.finding.forget();
  }

  private photos(report: string): PhotoSource | undefined {
    const { client, account } = this;
    if (this.online && account.session) this.photosOf = `${report} ${this.pictures.filter(({ picture }) => picture.report === report).length}`;
    if (!client || !this.photosOf.startsWith(`${report} `)) return undefined;
    return { of: this.photosOf, level: 2, list: async () => (await client.get('/v1/{jurisdiction}/photos', { query: { report } })).photos };
  }

  private show(report: string): void {
    history.pushState(null, '', addressOf(report));
    const before = this.open;
    if (report) this.finding.stop();
    this.open = report;
    window.scrollTo(0, 0);
    void this.focusOn(report ? '#case-title' : `[data-report="${CSS.escape(before)}"]`);
  }

  private cases(kept: Kept): Case[] {
    return casesOf(kept.reports, this.moves.map(({ move }) => move), this.sort === 'distance' ? this.finding.here : undefined);
  }

  protected override render() {
    const { t, s, opened, kept, account } = this;
    const setting = kept ? ({ jurisdiction: kept.jurisdiction, areas: areaTree([], undefined) } as Setting) : undefined;
    const content = opened !== 'yes' ? opening(t, opened === 'failed', () => void this.begin())
      : kept ? this.page(kept) : account.session ? this.empty(account.session) : account.gate({ t, title: t.titleMine, note: s.mineSignIn, trouble: this.trouble });
    return shell({ page: 'mine', t, setting, content });
  }

  /** Signed in, and nothing was fetched yet. */
  private empty(session: Session) {
    if (this.gridless) return html`<weige-no-grid .session=${session} .jurisdiction=${this.client?.jurisdiction ?? ''} @leave=${() => void this.leave(true)}></weige-no-grid>`;
    return this.trouble || !this.online ? html`<section class="card gate"><h1>${this.t.titleMine}</h1><p>${this.t.signedInAs(session.name)}</p><p class="notice bad" role="alert">${this.trouble || this.t.fault_network}</p>
      <button type="button" class="primary" @click=${() => void this.sync()}>${this.t.tryAgain}</button>
      <button type="button" class="quiet" @click=${() => void this.leave(true)}>${this.t.signOut}</button></section>` : opening(this.t, false, () => undefined);
  }

  private page(kept: Kept) {
    const { t, s } = this;
    const cases = this.cases(kept);
    const open = cases.find(({ item }) => item.report === this.open);
    if (open) {
      return html`<div class="case-top"><button type="button" class="quiet" @click=${() => this.show('')}>‹ ${s.mineBack}</button>${this.line('', open)}</div>${this.state(kept, cases, open.item.report)}<weige-case .kept=${kept} .of=${open} .held=${this.refused.some(({ at, move }) => move.report === open.item.report && !this.told.has(at))} .pictures=${this.pictures.filter(({ picture }) => picture.report === this.open)} .words=${this.words.filter(({ report }) => report === this.open)} .photos=${this.photos(open.item.report)} .client=${this.online && this.account.session ? this.client : undefined} .near=${open.metres === undefined ? '' : s.mineAway(distance(t, open.metres))}
        @picture=${(event: CustomEvent<Picture>) => void this.picture(event.detail)} @drop=${(event: CustomEvent<number>) => void this.dropPicture(event.detail)}
        @words=${(event: CustomEvent<Pick<Words, 'kind' | 'said'>>) => this.write(event.detail)}
        @move=${(event: CustomEvent<Made>) => void this.move(event.detail)}></weige-case>`;
    }
    return front({ t, s, language: this.language, kept, list: this.list, finding: this.finding, sort: this.sort, busy: this.busy,
      state: this.state(kept, cases), line: (otherwise) => this.line(otherwise), refresh: () => this.refresh(), order: (sort) => this.order(sort), show: (report) => this.show(report),
      all: () => { this.all(); void this.focusOn('#mine-title'); },
      end: html`${this.refusals?.begunList({ s }, this.lost, ({ kind, report }) => this.write({ kind, said: { code: '', reason: '', reply: '' } }, report))}
        ${leaving({ t, s, name: kept.name, undone: this.leaving ? this.undone : 0 }, (anyway) => void this.leave(anyway))}` });
  }

  /** How it stands with the network and with what was done here; otherwise what else is to be said there. */
  private line(otherwise: string, of?: Case) {
    const { t, s, kept, online, busy, sent, moves, pictures } = this;
    return kept ? standing({ t, s, kept, online, busy, sent, moves, pictures, of }, otherwise) : nothing;
  }

  /** What went wrong with what was done here: on a case of that case only. What was refused just now stands above everything until somebody looks at it. */
  private state(kept: Kept, cases: readonly Case[], report?: string) {
    const { t, s, language, account, refusals } = this;
    const about = { t, s, language, kept };
    const here = this.refused.filter(({ at, move }) => this.told.has(at) && (report === undefined || move.report === report));
    const fresh = this.refused.findLast(({ at }) => !this.told.has(at));
    const trouble = this.trouble || (account.stage === 'failed' ? t.signInFailed : '');
    return html`${refusals?.refusedBar(about, fresh, (one) => void this.showRefused(one))}
      ${notices(about, { storeless: this.storeless, trouble, enter: account.session || !this.online ? undefined : () => void account.enter() })}
      ${refusals?.refusedList(about, here, { cases, drop: (at) => void this.dropMove(at), again: (one) => void this.takeUp(one, cases.find(({ item }) => item.report === one.move.report)) })}`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-mine': MinePage }
}
