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
import { keepKeyboard } from '../page/keyboard.ts';
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
import { aboutOf, type Kept, type Made, type Words } from './kept.ts';
import { withNow, type Case } from './order.ts';
import { Phone } from './phone.ts';
import type { Picture } from './photos.ts';
import { bar, leaving, notices, standing } from './standing.ts';
import { front } from './front.ts';
import { HeldList } from './held.ts';
import { addressOf } from './list.ts';
import { Lying } from './lying.ts';
import type { Refused } from './refused.ts';
import { Wake } from './wake.ts';

/** The phone of somebody who works on cases: their list, which opens and can be worked on without a network. */
@customElement('weige-mine')
export class MinePage extends StaffElement {
  @state() private opened: 'not yet' | 'failed' | 'yes' = 'not yet';
  @state() private online = navigator.onLine;
  @state() private busy = false;
  @state() private trouble = '';
  @state() private gridless = false;
  @state() private sent = false;
  @state() private leaving = false;
  @state() private sort: 'due' | 'distance' = 'due';
  @state() private open = '';
  /** The case that is seen, empty on the list; undefined before either is. */
  private seen: string | undefined;
  /** Somebody asked for the list while it was being fetched. */
  private onceMore = false;
  /** Somebody asked for the list that is fetched. */
  private asked = false;
  private readonly phone = new Phone(this);
  private readonly lying = new Lying(this, () => this.phone.refused);
  private readonly list = new HeldList();
  /** What was said of their place when the list was shown: it is sorted by that once it is found, and not by each better one. */
  private placed: Finding['said'];
  private readonly finding = new Finding(this);
  /** The case whose photos were asked for last, and how many of it waited then: those that were fetched stay when the network goes. */
  private photosOf = '';
  private readonly account = new Account(this);
  private readonly wake = new Wake(this, { again: () => this.again(), back: () => this.back(), quietly: () => { if (!this.busy) void this.sync(true); } });
  /** What ends that nothing moves by itself and that the keyboard is led on. */
  private ends: readonly (() => void)[] = [];
  private client: Client | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.ends = [keepStill().end, keepKeyboard()];
    void this.begin();
  }

  override disconnectedCallback(): void {
    for (const end of this.ends) end();
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
    const { open, phone: { kept } } = this;
    if (this.opened !== 'yes') return;
    const cases = this.cases();
    const seen = cases.some(({ item }) => item.report === open) ? open : '';
    if (this.seen && this.seen === open && seen === '') {
      // It went to somebody else, or is finished.
      this.open = '';
      history.replaceState(null, '', addressOf(''));
      window.scrollTo(0, 0);
    }
    if (seen !== this.seen) this.lying.stand();
    const { said } = this.finding;
    if (seen !== this.seen || (said === 'located' && this.placed !== said)) this.list.ask();
    this.placed = said;
    this.seen = seen;
    if (kept && seen === '') this.list.take(cases, this.phone.refused);
  }

  /** Takes away what lies on the page, and leads the keyboard on. */
  private closeBar(): void {
    this.lying.close(Boolean(this.seen));
    void this.lead();
  }

  /** Leads the keyboard to what is next once what it stood on is gone. */
  private async lead(): Promise<void> {
    await this.updateComplete;
    if (this.contains(document.activeElement)) return;
    const next = this.querySelector<HTMLElement>('.mine-refused section') ?? this.querySelector<HTMLElement>('#case-title, #mine-title');
    next?.focus({ preventScroll: true });
  }

  private async begin(): Promise<void> {
    this.opened = 'not yet';
    try {
      const settings = await readSettings();
      const session = await this.account.ask(settings);
      const jurisdiction = jurisdictionIn(location.search) ?? settings.jurisdiction;
      this.client = new Client({ jurisdiction, token: this.account.token });
      await this.phone.open(jurisdiction, session);
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

  /**
   * Sends what waits, then fetches the list. One at a time, also among several windows. `quietly`, without anybody's doing, it says nothing of what
   * went wrong: the line above the list says of when that is.
   */
  private async sync(quietly = false): Promise<void> {
    const { client, account, account: { session } } = this;
    if (!session || !client) return;
    if (this.busy) {
      // What runs may have begun before the network came back.
      this.onceMore = true;
      return;
    }
    this.busy = true;
    this.onceMore = false;
    let answered = false;
    if (!quietly) this.trouble = '';
    try {
      if (this.phone.store) await alone('weige-mine', () => this.send(session, client));
      const fetched = await fetchKept(client, session, this.phone.kept);
      if (this.account.session !== session) return; // who signed out meanwhile leaves nothing behind
      if (this.asked && !this.onceMore) this.list.ask();
      this.phone.kept = fetched;
      this.trouble = '';
      answered = true;
      await this.phone.keep();
    } catch (error) {
      if (this.account.over(error)) this.lying.expire();
      const forbidden = hasCode(error, 'forbidden');
      this.gridless = forbidden && await import('./no-grid.ts').then(() => true, () => false);
      if (account.session === session && navigator.onLine && !quietly) this.trouble = forbidden ? this.s.mineNoGrid : sentence(this.t, error);
    } finally {
      this.busy = false;
      await this.phone.look();
      if (account.session) this.wake.asked(answered);
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
    const { phone, phone: { store } } = this;
    if (!store) return;
    const waits = [...(await store.moves()).map(({ move }) => move), ...(await store.pictures()).map(({ picture }) => picture)].some(({ person }) => person === session.person);
    // What sends is fetched with the first that waits. Where it is not reached, no more is the server: everything stays kept.
    const sending = waits ? await import('./sending.ts').catch(() => undefined) : undefined;
    if (sending) {
      const why = (error: unknown) => (hasCode(error, 'forbidden') ? this.s.mineNotYours : sentence(this.t, error));
      const now = (report: StaffReport) => {
        if (phone.kept) phone.kept = { ...phone.kept, reports: withNow(phone.kept.reports, [report], session.person) };
      };
      const { expired } = await sending.sendKept(client, session.person, store, { now, why });
      if (expired) {
        this.account.expire();
        this.lying.expire();
      }
      if (this.account.session !== session) return;
      await phone.keep();
    }
    await phone.look();
    this.sent = waits && phone.unsent === 0;
  }

  private async leave(anyway: boolean): Promise<void> {
    if (this.phone.undone > 0 && !anyway) {
      this.leaving = true;
      void this.focusOn('.leave-anyway');
      return;
    }
    await this.phone.clear();
    this.leaving = false;
    await this.account.signOut();
  }

  /** Keeps a move on the phone, and sends it at once where that is possible. */
  private async move({ kind, body, behind }: Made): Promise<void> {
    const { phone, phone: { store, kept }, client, open: report } = this;
    if (!kept) return;
    const of = kept.reports.find((one) => one.report === report);
    const done = await this.safely(async () => {
      if (store) await store.add({ key: newKey(), person: kept.person, report, kind, body, made: new Date().toISOString(), ...(behind ? { behind } : {}), ...(of ? { about: aboutOf(of) } : {}) });
      else await client?.post(stepPaths[kind], { path: { report }, body, key: newKey() });
    });
    if (!done) return;
    phone.written(report, kind);
    this.sent = false;
    await phone.look();
    if (kind !== 'accepted' && kind !== 'remarked') this.show('');
    await this.sync();
  }

  /** Keeps something on the phone or, where it keeps nothing, sends it at once; says so where that does not succeed, and what was written is still there. */
  private async safely(what: () => Promise<unknown>): Promise<boolean> {
    try {
      await what();
      return true;
    } catch (error) {
      this.trouble = this.phone.store ? this.s.mineNotKept : sentence(this.t, error);
      window.scrollTo(0, 0);
      return false;
    }
  }

  /** Keeps what is being written for a step of the open case, until it is sent or given up. */
  private write({ kind, said }: Pick<Words, 'kind' | 'said'>, report = this.open): void {
    const { phone } = this;
    if (phone.kept) phone.write({ person: phone.kept.person, report, kind, said });
  }

  /** Keeps a photo of the open case on the phone, and sends it at once where that is possible. */
  private async picture({ blob, report }: Pick<Picture, 'blob' | 'report'>): Promise<void> {
    const { phone: { store, kept }, client } = this;
    if (!kept || !report) return;
    const done = await this.safely(async () => {
      if (store) await store.addPicture({ blob, person: kept.person, report, made: new Date().toISOString() });
      else if (client) await (await import('./sending.ts')).sendPhoto(client, report, blob);
    });
    if (!done) return;
    this.sent = false;
    await this.phone.look();
    await this.sync();
  }

  private async dropPicture(at: number): Promise<void> {
    await this.phone.store?.dropPicture(at);
    await this.phone.look();
  }

  private async dropMove(at: number): Promise<void> {
    await this.phone.store?.giveUp(at);
    await this.phone.look();
    this.lying.standRefused(); // those on top of it are refused with it
    await this.lead();
  }

  /** Puts the words of a refused move into the form of a new step on the report as it is now. */
  private async takeUp({ at, move }: Refused, of: Case | undefined): Promise<void> {
    const { phone, phone: { kept, store, refusals } } = this;
    const next = kept && refusals?.takenUp(move, of, kept.person);
    if (!refusals || !next || !store) return;
    const { kind } = next;
    const { report, person } = move;
    const words = { person, report, kind, said: refusals.withBegun(next.said, phone.words.find((one) => one.report === report && one.kind === kind)?.said) };
    // Whoever is interrupted in between finds the words in both places, and not in none.
    await phone.writeFirst(words);
    await this.dropMove(at);
    const { CasePage } = await import('./case.ts');
    if (this.open !== report) this.show(report);
    await this.updateComplete;
    const shown = this.querySelector('weige-case');
    if (shown instanceof CasePage) shown.choose(kind);
  }

  /** Shows the notice of a refused move: at its report, or on the list. */
  private async showRefused({ at, move }: Refused): Promise<void> {
    if (this.open !== move.report) this.show(this.phone.kept?.reports.some(({ report }) => report === move.report) ? move.report : '');
    this.lying.standRefused();
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
    if (this.online && account.session) this.photosOf = `${report} ${this.phone.of(report).pictures.length}`;
    if (!client || !this.photosOf.startsWith(`${report} `)) return undefined;
    return { of: this.photosOf, level: 2, list: async () => (await client.get('/v1/{jurisdiction}/photos', { query: { report } })).photos };
  }

  private show(report: string): void {
    history.pushState(null, '', addressOf(report));
    const before = this.open;
    if (report) this.finding.stop();
    this.open = report;
    window.scrollTo(0, 0);
    void this.focusOn(report ? '#case-title' : `[data-report="${CSS.escape(before)}"]`).then(() => this.lead());
  }

  private cases(): Case[] {
    return this.phone.cases(this.sort === 'distance' ? this.finding.here : undefined);
  }

  protected override render() {
    const { t, s, opened, phone: { kept }, account } = this;
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
    const { t, s, phone } = this;
    const cases = this.cases();
    const open = cases.find(({ item }) => item.report === this.open);
    if (open) {
      const mine = this.phone.of(open.item.report);
      return html`<div class="case-top"><button type="button" class="quiet" @click=${() => this.show('')}>‹ ${s.mineBack}</button>${this.line('', open)}</div>${this.state(kept, cases, open.item.report)}<weige-case .kept=${kept} .of=${open} .held=${this.lying.holds(open.item.report)} .pictures=${mine.pictures} .signed=${this.account.session !== undefined} .words=${mine.words} .photos=${this.photos(open.item.report)} .client=${this.online && this.account.session ? this.client : undefined} .near=${open.metres === undefined ? '' : s.mineAway(distance(t, open.metres))}
        @picture=${(event: CustomEvent<Picture>) => void this.picture(event.detail)} @drop=${(event: CustomEvent<number>) => void this.dropPicture(event.detail)}
        @words=${(event: CustomEvent<Pick<Words, 'kind' | 'said'>>) => this.write(event.detail)}
        @move=${(event: CustomEvent<Made>) => void this.move(event.detail)}></weige-case>`;
    }
    return front({ t, s, language: this.language, kept, list: this.list, finding: this.finding, sort: this.sort, busy: this.busy,
      state: this.state(kept, cases), line: (otherwise) => this.line(otherwise), refresh: () => this.refresh(), order: (sort) => this.order(sort), show: (report) => this.show(report),
      all: () => { this.all(); void this.focusOn('#mine-title'); },
      end: html`${phone.refusals?.begunList(phone.lost, ({ kind, report }) => { this.write({ kind, said: { code: '', reason: '', reply: '' } }, report); void this.lead(); })}
        ${leaving({ t, s, name: kept.name, undone: this.leaving ? phone.undone : 0 }, (anyway) => void this.leave(anyway))}` });
  }

  /** How it stands with the network and with what was done here; otherwise what else is to be said there. */
  private line(otherwise: string, of?: Case) {
    const { t, s, phone: { kept, moves, pictures }, online, busy, sent } = this;
    return kept ? standing({ t, s, kept, online, signed: this.account.session !== undefined, busy, sent, moves, pictures, of }, otherwise) : nothing;
  }

  /** What went wrong with what was done here: on a case of that case only. What was refused just now stands above everything until somebody looks at it. */
  private state(kept: Kept, cases: readonly Case[], report?: string) {
    const { t, s, account, lying, phone: { refusals, storeless } } = this;
    const about = { t, language: this.language, kept };
    const fresh = lying.latest;
    const enter = () => void account.enter();
    const lies = lying.lapsed ? { text: s.mineExpired, label: t.signIn, act: enter } : fresh && refusals ? { text: refusals.refusedLine(about, fresh.move), label: s.mineRefusedShow, act: () => void this.showRefused(fresh) } : undefined;
    const trouble = this.trouble || (account.stage === 'failed' ? t.signInFailed : '');
    return html`${bar(s, lies, () => this.closeBar())}
      ${notices({ t, s }, { storeless, trouble, enter: account.session || lying.lapsed ? undefined : enter, expired: account.stage === 'expired', online: this.online })}
      ${refusals?.refusedList(about, lying.standing(report), { cases, drop: (at) => void this.dropMove(at), again: (one) => void this.takeUp(one, cases.find(({ item }) => item.report === one.move.report)) })}`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-mine': MinePage }
}
