import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import '../styles/base.css';
import './track.css';
import '../subscribe/following.ts';
import '../map/element.ts';
import type { Position } from '../contract/areas.ts';
import { hasCode, isOpen, Refusal, sentence } from '../contract/errors.ts';
import { heldFor } from '../contract/held.ts';
import type { Photo, Tracked } from '../contract/schemas.ts';
import { moment, said } from '../locale/format.ts';
import type { MapElement } from '../map/element.ts';
import { onePoint, type PointCollection } from '../map/features.ts';
import { whatHappened, whoHasIt } from '../page/assignee.ts';
import '../page/add-photos.ts';
import type { Left } from '../page/add-photos.ts';
import { keepPage } from '../offline/keep.ts';
import { ResidentElement } from '../page/resident-element.ts';
import '../page/photo-list.ts';
import type { PhotoSource } from '../page/photo-list.ts';
import { pageAddress, readSetting, type Setting } from '../page/settings.ts';
import { opening, shell } from '../page/shell.ts';
import { keepStill } from '../page/still.ts';
import { chainList } from '../report/located.ts';
import { readAnswers } from '../report/questions.ts';
import './answer.ts';
import type { TrackAnswer } from './answer.ts';
import { isOlder } from './answers.ts';
import { codeIn, tidyCode } from './code.ts';
import { lateCodes } from './late.ts';
import { forgetSeen, keepSeen, seenBefore } from './kept.ts';

type Trouble = 'none' | 'empty' | 'unknown' | { error: unknown };

/** The code stands in the fragment only: fragments are sent to no server and stand in no log. */
@customElement('weige-track')
export class TrackPage extends ResidentElement {
  @state() private setting: Setting | undefined;
  @state() private failed = false;
  @state() private code = '';
  @state() private tracked: Tracked | undefined;
  @state() private asking = false;
  @state() private trouble: Trouble = 'none';
  @state() private at = '';
  @state() private added = 0;
  /** It is shown as this device kept it: there is no connection. */
  @state() private old = false;
  /** From when that was; what says so stays in its place once there is a connection, so that nothing moves. */
  private wasOld = '';
  /** There was a deadline when it was shown; its row stays when it is met, so that nothing moves. */
  private due = false;
  /** The photos of a report that is about to be shown, so that they come with it. */
  private photos: readonly Photo[] | undefined;
  @query('weige-map') private map!: MapElement | null;
  private point: PointCollection | undefined;
  private still: ReturnType<typeof keepStill> | undefined;
  private readonly follow = () => this.fromAddress();
  /** Photos of the report that is shown wait on this device, or did while it was. */
  @state() private late = false;
  /** There are photos that are not shown: some arrived since they were fetched, or there was no connection then. They come when they are asked for, and push nothing away by themselves. */
  private lateCame = false;
  private readonly back = (): void => {
    if (this.old) void this.ask();
    this.sendLate();
  };
  private readonly seen = (): void => { if (!document.hidden) this.sendLate(); };

  override connectedCallback(): void {
    super.connectedCallback();
    this.still = keepStill();
    window.addEventListener('hashchange', this.follow);
    window.addEventListener('online', this.back);
    document.addEventListener('visibilitychange', this.seen);
    void this.open();
  }

  override disconnectedCallback(): void {
    this.still?.end();
    window.removeEventListener('hashchange', this.follow);
    window.removeEventListener('online', this.back);
    document.removeEventListener('visibilitychange', this.seen);
    super.disconnectedCallback();
  }

  private async open(): Promise<void> {
    this.failed = false;
    try {
      this.setting = await readSetting();
      keepPage('/track/');
      this.fromAddress();
      this.sendLate();
    } catch {
      this.failed = true;
    }
  }

  private fromAddress(): void {
    const code = codeIn(location.hash);
    if (code !== this.code) { // of another report
      this.tracked = undefined;
      this.wasOld = '';
      this.late = this.setting !== undefined && lateCodes(this.setting.client.jurisdiction).includes(code);
      this.lateCame = false;
    }
    this.code = code;
    if (this.code) void this.ask();
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const code = tidyCode(String(new FormData(event.currentTarget as HTMLFormElement).get('code') ?? ''));
    if (!code) {
      this.trouble = 'empty';
      void this.focusOn('#code');
      return;
    }
    // Another code in the address asks by itself; the same one again does not.
    if (codeIn(location.hash) === code) void this.ask();
    else location.hash = code;
  }

  private async ask(): Promise<void> {
    const { setting, code } = this;
    if (!setting) return;
    this.asking = true;
    this.trouble = 'none';
    try {
      const tracked = await setting.client.get('/v1/{jurisdiction}/reports/track/{code}', { path: { code } });
      const photos = this.tracked ? undefined : await this.photosFirst(setting, code);
      if (code !== this.code) return;
      this.photos = photos;
      // What comes with the connection comes above what is looked at.
      if (this.old) this.still?.hold(this.firstSeen());
      this.old = false;
      this.show(tracked);
    } catch (error) {
      if (code !== this.code) return;
      if (!(error instanceof Refusal) && this.showKept()) return;
      const unknown = hasCode(error, 'not_found') || !isOpen(error);
      if (unknown) {
        this.tracked = undefined;
        forgetSeen(setting.client.jurisdiction, code);
      }
      this.trouble = unknown ? 'unknown' : { error };
      void this.focusOn('#code');
    } finally {
      this.asking = false;
    }
  }

  /** Shows how it stood when it was looked up last from here, if it ever was. */
  private showKept(): boolean {
    const { setting, code } = this;
    const before = setting && seenBefore(setting.client.jurisdiction, code);
    if (!before) return false;
    this.old = true;
    this.wasOld = before.at;
    this.photos = [];
    this.lateCame = true;
    this.show(before.tracked, before.at);
    // What comes with the connection comes by itself.
    void this.updateComplete.then(() => this.still?.hold(this.querySelector('.timeline li')));
    return true;
  }

  /** The first part of the report that is on the screen. */
  private firstSeen(): Element | null {
    const parts = [...this.querySelectorAll('.timeline li, .facts dd, weige-late-photos, weige-add-photos, .tracked .buttons, weige-track-answer')];
    return parts.find((one) => { const { top } = one.getBoundingClientRect(); return top >= 0 && top < innerHeight; }) ?? null;
  }

  /** The photos, which are worth waiting for and not worth failing for. */
  private async photosFirst({ client }: Setting, code: string): Promise<readonly Photo[] | undefined> {
    try {
      return (await client.get('/v1/{jurisdiction}/reports/track/{code}/photos', { path: { code } })).photos;
    } catch {
      return undefined;
    }
  }

  private show(tracked: Tracked, at = new Date().toISOString()): void {
    if (isOlder(tracked, this.tracked)) return;
    const first = this.tracked?.report !== tracked.report;
    this.due = Boolean(tracked.resolve_by) || (this.due && !first);
    this.tracked = tracked;
    this.at = at;
    if (this.setting) keepSeen(this.setting.client.jurisdiction, this.code, tracked, at);
    if (!first) return;
    this.point = tracked.address_grade === 'none' ? undefined : onePoint([tracked.lon, tracked.lat]);
    void this.updateComplete.then(() => this.map?.moveTo([tracked.lon, tracked.lat], 16));
  }

  protected override render() {
    const { t, setting } = this;
    const content = setting ? this.page(setting) : opening(t, this.failed, () => void this.open());
    return shell({ page: 'track', t, setting, content });
  }

  private page(setting: Setting) {
    const { t, tracked } = this;
    // What comes below the report waits for it, so that the report does not push it down.
    const waiting = this.code !== '' && !tracked && this.trouble === 'none';
    return html`<h1>${t.titleTrack}</h1>
      ${this.form()}
      <div aria-live="polite" aria-busy=${this.asking} class="answer">
        ${tracked ? this.answer(setting, tracked) : nothing}
      </div>
      ${tracked ? keyed(this.code, html`<weige-track-answer .setting=${setting} .code=${this.code} .tracked=${tracked} @tracked=${(event: CustomEvent<Tracked>) => { if ((event.target as TrackAnswer).code === this.code) this.show(event.detail); }}></weige-track-answer>`) : nothing}
      ${tracked && this.point ? html`<div class="track-map"><weige-map .setting=${setting} .label=${t.mapOfPlace} .reports=${this.point}
        .chosenArea=${tracked.chain.at(-1)?.code ?? ''} .focusAt=${[tracked.lon, tracked.lat] as Position} .unavailableText=${t.mapUnavailableTrack}></weige-map></div>` : nothing}
      ${waiting ? nothing : html`<weige-following .setting=${setting} .code=${tracked ? this.code : ''}></weige-following>`}`;
  }

  private form() {
    const t = this.t;
    const held = typeof this.trouble === 'object' ? heldFor(this.trouble.error) : undefined;
    const wrong = this.trouble === 'empty' ? t.trackNeedCode : this.trouble === 'unknown' ? t.trackUnknown
      : this.trouble === 'none' ? '' : held ? t.trackTooMany(Math.ceil(held / 60_000)) : this.trouble.error instanceof Refusal ? sentence(t, this.trouble.error) : t.trackFailed;
    return html`<form class="card ask" novalidate @submit=${(event: SubmitEvent) => this.submit(event)}>
      <div class="field"><label for="code">${t.trackingCode}</label>
        <p class="hint" id="code-hint">${t.trackIntro}</p>
        <div class="ask-row">
          <input id="code" name="code" class="code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="300" .value=${this.code}
            aria-invalid=${wrong ? 'true' : 'false'} aria-describedby="code-hint code-wrong">
          <button class="primary">${t.trackFind}</button>
        </div>
        <p class="wrong" id="code-wrong" role="alert">${wrong}</p></div>
    </form>`;
  }

  private addPhoto({ client }: Setting, photo: string): Promise<unknown> {
    return client.post('/v1/{jurisdiction}/reports/track/{code}/photos', { path: { code: this.code }, body: { photo } });
  }

  /** Keeps on this device the photos that did not get through. */
  private async keepLate({ client }: Setting, left: readonly Left[]): Promise<void> {
    const { keepLate } = await import('./late-photos.ts');
    await keepLate(client.jurisdiction, this.code, left);
    this.late = true;
    this.sendLate();
  }

  /** Sends the photos that wait here, of whichever report, where there are any. */
  private sendLate(): void {
    const client = this.setting?.client;
    if (!client || lateCodes(client.jurisdiction).length === 0) return;
    void import('./late-photos.ts').then(({ sendLate }) => sendLate(client)).then((codes) => { this.lateCame ||= codes.includes(this.code); }, () => undefined);
  }

  private refresh(): void {
    if (this.lateCame && navigator.onLine) {
      this.added++;
      this.lateCame = false;
    }
    void this.ask();
  }

  private photosOf({ client }: Setting, { report }: Tracked): PhotoSource {
    const { code } = this;
    const list = async () => {
      const { photos } = this;
      this.photos = undefined;
      return photos ?? (await client.get('/v1/{jurisdiction}/reports/track/{code}/photos', { path: { code } })).photos;
    };
    return { of: `${report} ${this.added}`, list };
  }

  private answer(setting: Setting, tracked: Tracked) {
    const t = this.t;
    const zone = setting.jurisdiction.time_zone;
    return html`<section class="card tracked" aria-labelledby="tracked-title">
      ${this.wasOld ? html`<p class="notice stack ${this.old ? 'warn' : ''}" role="status"><span ?data-hidden=${!this.old}>${t.trackKept(moment(t, zone, this.wasOld))}</span>
        ${this.old ? nothing : html`<span>${t.refreshed(moment(t, zone, this.at))}</span>`}</p>` : nothing}
      <div class="tracked-top"><h2 id="tracked-title">${said(tracked.service.name, this.language)}</h2>
        <span class="chip ${tracked.status === 'received' ? 'waiting' : ''}">${t[`status_${tracked.status}`]}</span></div>
      <div class="now"><p class="hint">${t.nowWith}</p><p class="now-who">${whoHasIt(t, tracked.assignee)}</p></div>
      <div><h3>${t.timeline}</h3>
        <ol class="timeline">${repeat([...tracked.events].reverse(), (event) => `${event.at} ${event.kind}`, (event) => html`<li>
          <time datetime=${event.at}>${moment(t, zone, event.at)}</time>
          ${whatHappened(t, event)}${event.reply ? html`<br><span class="said">${event.reply}</span>` : nothing}${event.note ? html`<br><span class="said">${t.eventNote(event.note)}</span>` : nothing}</li>`)}</ol></div>
      <dl class="facts">
        ${tracked.chain.length > 0 ? html`<dt>${t.placeLabel}</dt><dd>${chainList(t, setting.areas, tracked.chain)}</dd>` : html`<dt>${t.placeLabel}</dt><dd>${tracked.address_grade === 'none' ? t.placeUnknown : t.outside}</dd>`}
        ${tracked.address ? html`<dt>${t.addressWritten}</dt><dd class="said">${tracked.address}</dd>` : nothing}
        <dt>${t.filedAt}</dt><dd>${moment(t, zone, tracked.filed_at)}</dd>
        ${tracked.original ? html`<dt>${t.statusLabel}</dt><dd>${t.trackOriginal(t[`status_${tracked.original.status}`], moment(t, zone, tracked.original.filed_at))}</dd>` : nothing}
        ${this.due ? html`<dt>${t.resolveBy}</dt><dd>${tracked.resolve_by ? t.dueBy(moment(t, zone, tracked.resolve_by)) : t.dueNone}</dd>` : nothing}
        <dt>${t.whatWasSaid}</dt><dd class="said">${tracked.description}</dd>
        ${readAnswers(tracked.service, tracked.given, this.language, (at) => moment(t, zone, at)).map(([asked, answered]) => html`<dt>${asked}</dt><dd class="said">${answered}</dd>`)}
      </dl>
      <weige-photo-list .source=${this.photosOf(setting, tracked)}></weige-photo-list>
      ${this.late ? html`<weige-late-photos .client=${setting.client} .code=${this.code} @emptied=${() => { this.late = false; }}></weige-late-photos>` : nothing}
      <weige-add-photos .client=${setting.client} .add=${(photo: string) => this.addPhoto(setting, photo)} .keep=${(left: readonly Left[]) => this.keepLate(setting, left)}
        @opened=${() => void import('./late-photos.ts').catch(() => undefined)} @added=${() => { this.added++; }}></weige-add-photos>
      <div class="buttons"><button type="button" class="secondary" @click=${() => this.refresh()}>${t.refresh}</button>
        <a class="secondary" href=${pageAddress('/', location.search, `at=${tracked.lon},${tracked.lat}`)}>${t.nearHere}</a>
        <span class="hint">${this.old ? '' : t.refreshed(moment(t, zone, this.at))}</span></div>
    </section>`;
  }
}
