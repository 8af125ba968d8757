import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import '../styles/base.css';
import './report.css';
import '../map/element.ts';
import './address.ts';
import './find-place.ts';
import './place-tools.ts';
import type { Position } from '../contract/areas.ts';
import { fieldOf, hasCode, Refusal, sentence } from '../contract/errors.ts';
import { newKey } from '../contract/once.ts';
import type { ContactInput, Located } from '../contract/schemas.ts';
import { canDraw, program, type MapElement } from '../map/element.ts';
import { nothing as noPoints, publicPoints, type PointCollection } from '../map/features.ts';
import { POINTS_FROM_ZOOM } from '../map/sources.ts';
import { said } from '../locale/format.ts';
import { keepPage } from '../offline/keep.ts';
import { ResidentElement } from '../page/resident-element.ts';
import { readSetting, type Setting } from '../page/settings.ts';
import { opening, shell } from '../page/shell.ts';
import { draftOf, emptyDraft, formField, handedOver, isEmpty, problems, reportInput, type Draft, type Field, type Problem } from './draft.ts';
import { filedView, savedView, type Receipt } from './filed.ts';
import { reportForm } from './form.ts';
import { openKept, type Kept } from './kept.ts';
import type { Nearby } from './nearby.ts';
import { Outbox, type Waiting } from './outbox.ts';
import { post } from './post.ts';
import { answerProblems, answersTo, notices } from './questions.ts';
import { across, otherSides } from './sides.ts';
import { whereView } from './where.ts';
import type { FindPlace } from './find-place.ts';
import type { PhotoField } from './photo-field.ts';
import type { ChosenPlace, PlaceTools } from './place-tools.ts';

/** The zoom at which a chosen place is looked at: near enough to tell one house from the next. */
const placeZoom = 16.5;
/** The fields that somebody goes on writing in once the service is chosen. */
const fields = '.report-form :is(input, textarea, select:not(#service_code))';

@customElement('weige-report')
export class ReportPage extends ResidentElement {
  @state() private setting: Setting | undefined;
  @state() private failed = false;
  @state() private draft: Draft = emptyDraft();
  @state() private contact: ContactInput = {};
  @state() private located: Located | 'asking' | 'failed' | undefined;
  @state() private wrong: Problem[] = [];
  @state() private sending = false;
  @state() private notice: 'earlier-draft' | undefined;
  /** What came of the last report that was sent from this page. */
  @state() private sent: Receipt | 'saved' | undefined;
  /** What it said, which the page goes on showing. */
  private told: Draft | undefined;
  @state() private waiting: readonly Waiting[] = [];
  /** Key of the report that is being sent from the form, or was: of that one the outbox says nothing, since the page does. */
  private inHand = '';
  private sheet: Element | undefined;
  /** Shown in the page's attribute `mapless`, by which the style sheet lays the page out. */
  @state() private mapped = true;
  @state() private points: PointCollection = noPoints;
  @query('weige-map') private map!: MapElement | null;
  /** Which side of an edge it is on was answered; or could not be gone to. */
  @state() private side: 'asked' | 'sure' | 'failed' = 'asked';
  @query('weige-find-place') private finder!: FindPlace | null;
  @query('weige-photo-field') private photoField!: PhotoField | null;
  @query('weige-place-tools') private tools!: PlaceTools | null;
  private asking: AbortController | undefined;
  private shownBounds: string | undefined;
  private kept: Kept | undefined;
  private outbox: Outbox | undefined;
  /** What is shown only after something else; fetched once the page stands. */
  @state() private later: typeof import('./later.ts') | undefined;
  private nearby: Nearby | undefined;
  /** Key of the report that somebody wants back in the form, in which another stands. */
  @state() private replacing = '';
  @state() private clearing = false;
  /** Contact details of a report that was taken back: shown only when asked for, since the device may be another's. */
  @state() private otherContact: ContactInput | undefined;
  private stop: (() => void) | undefined;
  /** Asks again who answers for the place where that could not be asked before. */
  private readonly back = (): void => {
    if (this.located === 'failed' && this.draft.place) void this.locate({ ...this.draft.place, datum: 'WGS84' });
    void this.fetchLater();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('online', this.back);
    void this.open();
  }

  private async open(): Promise<void> {
    this.failed = false;
    if (canDraw()) void program().catch(() => undefined); // the map itself says what is wrong
    try {
      const setting = await readSetting();
      const { client } = setting;
      const kept = (this.kept = await openKept());
      this.outbox = new Outbox(kept, client.jurisdiction, post(client), (all) => { this.waiting = all; });
      this.stop = this.outbox.start();
      await this.outbox.tell();
      if (this.waiting.length > 0) await this.fetchLater(); // with the form, which it would push down
      this.draft = { ...draftOf(await kept.draft(client.jurisdiction)), ...handedOver() };
      this.setting = setting;
      keepPage('/');
      void this.fetchLater();
      if (this.draft.place) void this.locate({ ...this.draft.place, datum: 'WGS84' });
    } catch {
      this.failed = true;
    }
  }

  /** Without a connection it may not come; it is asked for again once there is one. */
  private async fetchLater(): Promise<void> {
    this.later ??= await import('./later.ts').catch(() => undefined);
    if (!this.later || !this.setting || this.nearby) return;
    this.nearby = new this.later.Nearby({ setting: this.setting, writing: () => this.querySelector(`${fields}:focus`) !== null, changed: () => this.requestUpdate(), focus: (selector) => void this.focusOn(selector) });
    this.nearby.serviceChosen(this.draft.service);
    if (this.draft.place) void this.nearby.look(this.draft.place);
  }

  override disconnectedCallback(): void {
    this.stop?.();
    window.removeEventListener('online', this.back);
    super.disconnectedCallback();
  }

  private change(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    if (this.setting) void this.kept?.keepDraft(this.setting.client.jurisdiction, isEmpty(this.draft) ? undefined : this.draft).catch(() => undefined);
    if (change.service !== undefined) this.nearby?.serviceChosen(change.service);
    // What has just been mended need not go on being pointed at.
    if (this.wrong.length > 0 && this.setting) {
      const left = new Set(this.problems().map((one) => one.field));
      this.wrong = this.wrong.filter((one) => left.has(one.field));
    }
  }

  private service(code = this.draft.service) {
    return this.setting?.jurisdiction.services.find((one) => one.service_code === code);
  }

  private problems(): Problem[] {
    return [...problems(this.t, this.draft, this.contact), ...answerProblems(this.t, this.language, this.service(), this.draft.answers)];
  }

  private changeContact(change: Partial<ContactInput>): void {
    this.contact = { ...this.contact, ...change };
    this.change({});
  }

  /** What is asked on the map must not lie on what it is about. */
  protected override updated(): void {
    const sheet = [...this.querySelectorAll('.sheet')].find((one) => one.checkVisibility());
    if (sheet && sheet !== this.sheet && this.draft.place) this.map?.uncover([this.draft.place.lon, this.draft.place.lat], sheet.getBoundingClientRect());
    this.sheet = sheet;
  }

  /** Takes a place from the map. */
  private pointed({ at, accuracy }: { at: Position; accuracy: number }): void {
    if (this.sending) return;
    this.finder?.placeChosenElsewhere();
    this.tools?.placeChosenElsewhere();
    void this.locate({ lon: at[0], lat: at[1], accuracy, datum: 'WGS84' });
  }

  /** Takes a place from elsewhere, and shows it on the map. */
  private async chosen(place: ChosenPlace, by: EventTarget | null): Promise<void> {
    if (this.sending) return; // what is being sent stays as it is
    for (const one of [this.finder, this.tools]) if (one !== by) one?.placeChosenElsewhere();
    await this.locate(place);
    if (this.draft.place) this.map?.moveTo([this.draft.place.lon, this.draft.place.lat], placeZoom);
  }

  private async locate({ lon, lat, accuracy, datum }: ChosenPlace): Promise<void> {
    if (!this.setting) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    // A place of another datum is known only once the server has answered where it is.
    this.change({ place: datum === 'WGS84' ? { lon, lat, accuracy } : undefined, address: '' });
    this.located = 'asking';
    this.side = 'asked';
    if (datum === 'WGS84') void this.nearby?.look({ lon, lat });
    try {
      const located = await this.setting.client.get('/v1/{jurisdiction}/locate', { query: { lon, lat, accuracy, datum } }, asking.signal);
      if (asking.signal.aborted) return;
      this.located = located;
      if (otherSides(located).length > 0) void this.showSides();
      if (datum === 'WGS84') return;
      this.change({ place: { lon: located.proof.lon, lat: located.proof.lat, accuracy } });
      void this.nearby?.look(located.proof);
    } catch {
      if (!asking.signal.aborted) this.located = 'failed';
    }
  }

  /** Has the map, on which both sides are outlined, above the question, for whoever has not gone on to the form. */
  private async showSides(): Promise<void> {
    await this.updateComplete;
    const map = this.querySelector('.report-map');
    if (map && this.querySelector('.sides') && map.getBoundingClientRect().top > 0) map.scrollIntoView({ block: 'start' });
  }

  /** Takes the place over the edge into the area that somebody says it is in. */
  private async sideTaken(code: string): Promise<void> {
    const { located } = this;
    if (typeof located !== 'object') return;
    const other = located.chain.at(-1)?.neighbours?.find((one) => one.code === code);
    const inside = this.setting?.areas.area(code)?.label;
    const [lon, lat] = other?.at ?? [];
    if (!inside || lon === undefined || lat === undefined) return;
    this.finder?.placeChosenElsewhere();
    for (const beyond of [1, 3, 8]) {
      const at = across([located.proof.lon, located.proof.lat], [lon, lat], inside, beyond);
      await this.locate({ lon: at[0], lat: at[1], accuracy: 0, datum: 'WGS84' });
      if (typeof this.located !== 'object') return;
      if (this.located.chain.at(-1)?.code !== code) continue;
      this.side = 'sure';
      this.map?.moveTo(at, placeZoom);
      return;
    }
    await this.locate({ lon: located.proof.lon, lat: located.proof.lat, accuracy: located.proof.accuracy ?? 0, datum: 'WGS84' });
    this.side = 'failed';
  }

  private async moved({ bounds, zoom }: { bounds: [number, number, number, number]; zoom: number }): Promise<void> {
    if (!this.setting || zoom < POINTS_FROM_ZOOM || this.shownBounds === String(bounds)) return;
    this.shownBounds = String(bounds);
    try {
      const bbox = bounds.map((one) => one.toFixed(6)).join(',');
      this.points = publicPoints(await this.setting.client.get('/v1/{jurisdiction}/reports', { query: { bbox, limit: 500 } }));
    } catch {
      this.shownBounds = undefined; // the points are an aid; the next move asks again
    }
  }

  private async send(event?: SubmitEvent): Promise<void> {
    event?.preventDefault();
    if (this.sending || !this.setting || !this.outbox || !this.kept) return;
    this.notice = undefined;
    this.wrong = this.problems();
    if (this.wrong.length > 0) {
      void this.focusOn('#problems');
      return;
    }
    this.clearing = false;
    this.sending = true; // which locks the form: what was written after would not be sent
    try {
      // What shows the outbox is wanted, and not waited for without end on a bad line.
      await Promise.all([this.photoField?.taken, Promise.race([this.fetchLater(), new Promise((enough) => { setTimeout(enough, 1500); })])]);
      const { place, key } = this.draft;
      this.inHand = key;
      this.told = this.draft;
      const body = reportInput(this.draft, place, this.contact, this.language, answersTo(this.service(), this.draft.answers));
      this.settle(await this.outbox.send({ key, jurisdiction: this.setting.client.jurisdiction, at: Date.now(), body, photos: this.draft.photos, tried: false, lostPhotos: 0, draft: this.draft }));
    } catch (error) {
      // The device's own store failed: the words are still in the form.
      this.wrong = [{ field: 'description', text: this.t.keepFailed }];
      console.warn(error);
      void this.focusOn('#problems');
    } finally {
      this.sending = false;
    }
  }

  /** Shows what came of sending. */
  private settle(waiting: Waiting): void {
    this.shownBounds = undefined;
    if (waiting.refused) {
      this.takeBack(waiting, this.contact);
      return;
    }
    const { filed } = waiting;
    this.sent = filed ? { filed, lostPhotos: waiting.lostPhotos } : 'saved';
    if (!filed) this.inHand = '';
    if (filed) void this.outbox?.remove(waiting.key);
    this.draft = emptyDraft();
    this.contact = {};
    this.otherContact = undefined;
    void this.kept?.keepDraft(waiting.jurisdiction, undefined).catch(() => undefined);
    void this.focusOn(filed ? '#filed' : '#saved');
  }

  /** Goes on in the form with what was refused, once nothing else is written there or may be replaced. */
  private askTakingBack(one: Waiting, sure?: boolean): void {
    if (this.sending) return;
    const asked = this.replacing === one.key;
    this.replacing = sure === undefined && !asked && (!isEmpty(this.draft) || Object.values(this.contact).some(Boolean)) ? one.key : '';
    if (this.replacing) void this.focusOn('.leave-form');
    else if (sure === false) void this.focusOn('.edit-again');
    else this.takeBack(one, {}, one.body.contact);
  }

  /** Goes on in the form with what was refused. */
  private takeBack({ key, draft, refused }: Waiting, contact: ContactInput, otherContact?: ContactInput): void {
    const { place } = this.draft;
    this.sent = undefined;
    this.contact = contact;
    this.otherContact = otherContact;
    this.clearing = false;
    this.change(draft);
    void this.outbox?.remove(key);
    if (!draft.place) this.nowhere();
    else if (this.located === undefined || place?.lon !== draft.place.lon || place.lat !== draft.place.lat) void this.chosen({ ...draft.place, datum: 'WGS84' }, null);
    const why = refused && new Refusal(refused.status, refused.fault);
    if (hasCode(why, 'key_reused')) this.notice = 'earlier-draft';
    else if (why) this.wrong = [{ field: formField(fieldOf(why)) ?? 'description', text: sentence(this.t, why) }];
    void this.focusOn(this.notice ? '#unsent' : '#problems');
  }

  /** The words were filed before under this draft's key; whoever says so means something else by them now. */
  private sendAsNew(): void {
    this.change({ key: newKey() });
    void this.send();
  }

  private startAgain(): void {
    this.change(emptyDraft());
    this.contact = {};
    this.otherContact = undefined;
    this.clearing = false;
    this.nowhere();
    this.sent = undefined;
    this.notice = undefined;
    this.wrong = [];
    void this.focusOn('h1');
  }

  /** Takes the pin away; what was written as an address goes in its place, if anything was. */
  private withoutPlace(address: string): void {
    this.nowhere();
    this.change({ place: undefined, address });
    void this.focusOn('#where-title');
  }

  private askClearing(asking: boolean): void {
    this.clearing = asking;
    void this.focusOn(asking ? '.keep-draft' : '#clear-draft');
  }

  private takeContact(): void {
    this.changeContact(this.otherContact ?? {});
    this.otherContact = undefined;
    void this.focusOn('#contact-name');
  }

  /** There is no place any more, nor what was known of it. */
  private nowhere(): void {
    this.asking?.abort();
    this.located = undefined;
    this.nearby?.forget();
    this.finder?.placeChosenElsewhere();
    this.tools?.placeChosenElsewhere();
  }

  private wrongText(field: Field): string {
    return this.wrong.find((one) => one.field === field)?.text ?? '';
  }

  protected override render() {
    const { t, setting } = this;
    const content = !setting ? opening(t, this.failed, () => void this.open())
      : !setting.jurisdiction.boundary_set ? html`<p class="opening">${t.noBoundaries}</p>` : this.page(setting);
    return shell({ page: 'report', t, setting, content });
  }

  private page(setting: Setting) {
    const { t, sent } = this;
    const { place, service, answers } = (sent && this.told) || this.draft;
    const urgent = notices(this.service(service)?.questions, answers, this.language);
    const finest = typeof this.located === 'object' ? (this.located.chain.at(-1)?.code ?? '') : '';
    const beside = typeof this.located === 'object' && this.side !== 'sure' && !sent ? otherSides(this.located).map((one) => one.code) : [];
    return html`
      <div class="report-head"><h1 tabindex="-1">${t.titleReport}</h1><p>${t.reportIntro}</p></div>
      <div class="report-find" ?inert=${this.sending}><weige-address .client=${setting.client} .near=${place && { lon: place.lon, lat: place.lat }} @place=${(event: CustomEvent<ChosenPlace>) => void this.chosen(event.detail, event.target)}
        @unfound=${(event: CustomEvent<string>) => this.withoutPlace(event.detail)} @unpin=${() => this.withoutPlace('')}></weige-address>
        <weige-find-place @place=${(event: CustomEvent<ChosenPlace>) => void this.chosen(event.detail, event.target)}></weige-find-place></div>
      <div class="report-map">
        <weige-map .setting=${setting} .label=${t.mapLabel} ?choosing=${!sent && !this.sending} .pin=${place ? ([place.lon, place.lat] as Position) : undefined}
          .chosenArea=${finest} .besideAreas=${beside} .reports=${this.points} .unavailableText=${t.mapUnavailable}
          @chosen=${(event: CustomEvent<{ at: Position; accuracy: number }>) => this.pointed(event.detail)}
          @moved=${(event: CustomEvent<{ bounds: [number, number, number, number]; zoom: number }>) => void this.moved(event.detail)}
          @unavailable=${() => { this.mapped = false; this.toggleAttribute('mapless', true); }}></weige-map>
        ${this.points.features.length > 0 && this.mapped ? html`<p class="legend"><span class="dot"></span>${t.legendReports}</p>` : nothing}
      </div>
      <div class="report-side">
        ${sent === 'saved' ? savedView(t, this.waiting.some((one) => !one.filed && !one.refused), urgent, () => this.startAgain()) : nothing}
        ${this.outboxPart(setting)}
        ${sent === 'saved' ? nothing : sent ? filedView({ t, setting, ...sent, notices: urgent, again: () => this.startAgain() })
          : html`${this.where(setting)}${this.form(setting)}`}
      </div>`;
  }

  private outboxPart(setting: Setting) {
    const { draft } = this;
    const words = draft.words.trim().slice(0, 60) || said(this.service()?.name, this.language) || (draft.place ? this.t.stepWhere : this.t.stepContact);
    return this.later?.outboxView({ t: this.t, language: this.language, setting, all: this.waiting.filter((one) => one.key !== this.inHand), lasts: this.kept?.lasts ?? false,
      replacing: this.replacing ? { key: this.replacing, words } : undefined, sendNow: () => void this.outbox?.run(),
      edit: (one) => this.askTakingBack(one), replace: (one, sure) => this.askTakingBack(one, sure), remove: (one) => void this.outbox?.remove(one.key) });
  }

  private where(setting: Setting) {
    return whereView({ t: this.t, setting, draft: this.draft, located: this.located, mapped: this.mapped, sending: this.sending, wrong: this.wrongText('place'),
      sides: { sure: this.side === 'sure', failed: this.side === 'failed', here: () => { this.side = 'sure'; }, there: (code) => void this.sideTaken(code) },
      place: (event) => void this.chosen(event.detail, event.target), centre: () => this.map?.chooseCentre() });
  }

  private form(setting: Setting) {
    return reportForm({
      t: this.t, language: this.language, services: setting.jurisdiction.services, draft: this.draft, contact: this.contact,
      wrong: this.wrong, notice: this.notice, sending: this.sending, keeps: !isEmpty(this.draft) && (this.kept?.lasts ?? false), similar: this.nearby?.view(this.t, this.language, this.service()) ?? nothing,
      takenAt: ([lon, lat]) => void this.chosen({ lon, lat, accuracy: 20, datum: 'WGS84' }, null),
      change: (change) => this.change(change), changeContact: (change) => this.changeContact(change),
      send: (event) => void this.send(event), sendAsNew: () => this.sendAsNew(), clear: () => this.startAgain(),
      clearing: this.clearing, hasOtherContact: this.otherContact !== undefined, askClearing: (asking) => this.askClearing(asking), takeContact: () => this.takeContact(), focused: (field) => { if (field.matches(fields)) this.nearby?.makeWay(); },
    });
  }
}
