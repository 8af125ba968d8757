import { html, nothing, type PropertyValues } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import '../styles/base.css';
import './report.css';
import '../map/element.ts';
import './address.ts';
import type { AddressBox } from './address.ts';
import './find-place.ts';
import './place-tools.ts';
import type { Position } from '../contract/areas.ts';
import { fieldOf, hasCode, Refusal, sentence } from '../contract/errors.ts';
import { newKey } from '../contract/once.ts';
import type { ContactInput } from '../contract/schemas.ts';
import { canDraw, program, type MapElement } from '../map/element.ts';
import { said } from '../locale/format.ts';
import { keepPage } from '../offline/keep.ts';
import { ResidentElement } from '../page/resident-element.ts';
import { readSetting, type Setting } from '../page/settings.ts';
import { opening, shell } from '../page/shell.ts';
import { Around } from './around.ts';
import { Below } from './below.ts';
import { draftOf, emptyDraft, formField, handedOver, isEmpty, problems, reportInput, type Draft, type Field, type Problem } from './draft.ts';
import { filedView, savedView, type Receipt } from './filed.ts';
import { reportForm } from './form.ts';
import { KeyTaken, openKept, type Kept } from './kept.ts';
import type { Nearby } from './nearby.ts';
import { Outbox, type Waiting } from './outbox.ts';
import { post } from './post.ts';
import { answerProblems, answersTo, notices } from './questions.ts';
import { whereView } from './where.ts';
import { Whereabouts } from './whereabouts.ts';
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
  /** Keys of the reports that were in the outbox when the page was opened: what became of them is said on top. */
  private earlier: readonly string[] = [];
  private sheet: Element | undefined;
  private readonly below = new Below(() => this.querySelector<HTMLElement>('main.report'));
  /** Shown in the page's attribute `mapless`, by which the style sheet lays the page out. */
  @state() private mapped = true;
  private readonly around = new Around(this);
  @query('weige-map') private map!: MapElement | null;
  @query('weige-address') private addressBox!: AddressBox | null;
  @query('weige-find-place') private finder!: FindPlace | null;
  @query('weige-photo-field') private photoField!: PhotoField | null;
  @query('weige-place-tools') private tools!: PlaceTools | null;
  private readonly whereabouts = new Whereabouts({
    setting: () => this.setting, placed: (place) => this.change({ place, address: '' }), known: (at) => void this.nearby?.look(at),
    nearEdge: () => void this.showSides(), changed: () => this.requestUpdate(),
  });
  private kept: Kept | undefined;
  private outbox: Outbox | undefined;
  /** What is shown only after something else; fetched once the page stands. */
  @state() private later: typeof import('./later.ts') | undefined;
  private nearby: Nearby | undefined;
  /** Key of the report that somebody wants back in the form, in which another stands. */
  @state() private replacing = '';
  @state() private clearing = false;
  /** The draft could not be kept on this device as it is now. */
  @state() private unkept = false;
  /** Contact details of a report that was taken back: shown only when asked for, since the device may be another's. */
  @state() private otherContact: ContactInput | undefined;
  private stop: (() => void) | undefined;
  /** Asks again who answers for the place where that could not be asked before. */
  private readonly back = (): void => {
    if (this.whereabouts.located === 'failed' && this.draft.place) void this.whereabouts.locate({ ...this.draft.place, datum: 'WGS84' });
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
      const [setting, kept] = await Promise.all([readSetting(), openKept()]);
      const { client } = setting;
      this.kept = kept;
      this.outbox = new Outbox(kept, client.jurisdiction, post(client), (all) => { this.waiting = all; });
      this.stop = this.outbox.start();
      const [draft] = await Promise.all([kept.draft(client.jurisdiction), this.outbox.tell()]);
      this.earlier = this.waiting.map((one) => one.key);
      if (this.earlier.length > 0) await this.fetchLater(); // with the form, which it would push down
      this.draft = { ...draftOf(draft), ...handedOver() };
      this.setting = setting;
      keepPage('/');
      void this.fetchLater();
      if (this.draft.place) void this.whereabouts.locate({ ...this.draft.place, datum: 'WGS84' });
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
    this.below.end();
    window.removeEventListener('online', this.back);
    super.disconnectedCallback();
  }

  private change(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    if (this.setting) void this.kept?.keepDraft(this.setting.client.jurisdiction, isEmpty(this.draft) ? undefined : this.draft).then(() => { this.unkept = false; }, () => { this.unkept = true; });
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

  protected override update(changed: PropertyValues): void {
    this.below.around(this.sheet !== undefined, () => super.update(changed));
  }

  /** What is asked on the map must not lie on what it is about. */
  protected override updated(): void {
    const sheet = [...this.querySelectorAll('.sheet')].find((one) => one.checkVisibility());
    if (sheet && sheet !== this.sheet && this.draft.place) this.map?.uncover([this.draft.place.lon, this.draft.place.lat], sheet.getBoundingClientRect());
    this.sheet = sheet;
  }

  /** What told of another place tells of it no more, but for what the place was chosen by. */
  private elsewhere(by?: EventTarget | null): void {
    if (document.activeElement?.closest('.address-choices, .aim')) this.leadOn();
    if (by !== this.addressBox) this.addressBox?.placeChosenElsewhere(by !== this.finder);
    for (const one of [this.finder, this.tools]) if (one !== by) one?.placeChosenElsewhere();
  }

  /** Takes a place from the map. */
  private pointed({ at, accuracy }: { at: Position; accuracy: number }): void {
    if (this.sending) return;
    this.elsewhere();
    void this.whereabouts.locate({ lon: at[0], lat: at[1], accuracy, datum: 'WGS84' });
  }

  /** Takes a place from elsewhere, and shows it on the map. */
  private async chosen(place: ChosenPlace, by: EventTarget | null): Promise<void> {
    if (this.sending) return; // what is being sent stays as it is
    this.elsewhere(by);
    await this.whereabouts.locate(place);
    if (this.draft.place) this.map?.moveTo([this.draft.place.lon, this.draft.place.lat], placeZoom);
  }

  /** Has the map, on which both sides are outlined, above the question, for whoever has not gone on to the form. */
  private async showSides(): Promise<void> {
    await this.updateComplete;
    const map = this.querySelector('.report-map');
    if (map && this.querySelector('.sides') && map.getBoundingClientRect().top > 0) map.scrollIntoView({ block: 'start' });
  }

  /** What was pressed goes, and what it led to has the keyboard; whoever sees the map goes on looking at it. */
  private leadOn(): void {
    const preventScroll = !document.activeElement?.matches(':focus-visible');
    this.querySelector<HTMLElement>('.located')?.focus({ preventScroll });
  }

  /** Takes the place over the edge into the area that somebody says it is in; without a code it is there already. */
  private async sideTaken(code?: string): Promise<void> {
    this.leadOn();
    if (!code) {
      this.whereabouts.stay();
      return;
    }
    this.elsewhere();
    const at = await this.whereabouts.cross(code);
    if (at) this.map?.moveTo(at, placeZoom);
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
    let again = false;
    try {
      // What shows the outbox is wanted, and not waited for without end on a bad line.
      await Promise.all([this.photoField?.taken, Promise.race([this.fetchLater(), new Promise((enough) => { setTimeout(enough, 1500); })])]);
      const { place, key } = this.draft;
      this.inHand = key;
      this.told = this.draft;
      const body = reportInput(this.draft, place, this.contact, this.language, answersTo(this.service(), this.draft.answers));
      this.settle(await this.outbox.send({ key, jurisdiction: this.setting.client.jurisdiction, at: Date.now(), body, photos: this.draft.photos, tried: false, lostPhotos: 0, draft: this.draft }));
    } catch (error) {
      if (error instanceof KeyTaken) { // two windows began with one draft
        again = !error.filed;
        if (again) return;
        this.notice = 'earlier-draft';
        return void this.focusOn('#unsent');
      }
      // The device's own store failed: the words are still in the form.
      this.wrong = [{ field: 'description', text: this.t.keepFailed }];
      console.warn(error);
      void this.focusOn('#problems');
    } finally {
      this.sending = false;
      if (again) this.sendAsNew();
    }
  }

  /** Shows what came of sending. */
  private settle(waiting: Waiting): void {
    this.around.changed();
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
    else if (this.whereabouts.located === undefined || place?.lon !== draft.place.lon || place.lat !== draft.place.lat) void this.chosen({ ...draft.place, datum: 'WGS84' }, null);
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
    this.nowhere(this.addressBox);
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
  private nowhere(by?: EventTarget | null): void {
    this.whereabouts.forget();
    this.nearby?.forget();
    this.elsewhere(by);
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
    return html`
      <div class="report-head"><h1 tabindex="-1">${t.titleReport}</h1><p>${t.reportIntro}</p></div>
      ${this.later?.outboxNews(t, this.listed().filter((one) => this.earlier.includes(one.key)), () => void this.focusOn('#outbox-title'))}
      <div class="report-find" ?inert=${this.sending}><weige-address .client=${setting.client} .near=${place && { lon: place.lon, lat: place.lat }} @place=${(event: CustomEvent<ChosenPlace>) => void this.chosen(event.detail, event.target)}
        @unfound=${(event: CustomEvent<string>) => this.withoutPlace(event.detail)} @unpin=${() => this.withoutPlace('')}></weige-address>
        <weige-find-place @place=${(event: CustomEvent<ChosenPlace>) => void this.chosen(event.detail, event.target)}></weige-find-place></div>
      <div class="report-map">
        <weige-map .setting=${setting} .label=${t.mapLabel} ?choosing=${!sent && !this.sending} .pin=${place ? ([place.lon, place.lat] as Position) : undefined}
          .chosenArea=${this.whereabouts.finest} .besideAreas=${sent ? [] : this.whereabouts.beside} .reports=${this.around.points} .unavailableText=${t.mapUnavailable}
          @chosen=${(event: CustomEvent<{ at: Position; accuracy: number }>) => this.pointed(event.detail)}
          @moved=${(event: CustomEvent<{ bounds: [number, number, number, number]; zoom: number }>) => void this.around.look(setting.client, event.detail)}
          @unavailable=${() => { this.mapped = false; this.toggleAttribute('mapless', true); }}></weige-map>
        ${this.around.points.features.length > 0 && this.mapped ? html`<p class="legend"><span class="dot"></span>${t.legendReports}</p>` : nothing}
      </div>
      <div class="report-side">
        ${sent === 'saved' ? savedView(t, this.waiting.findLast((one) => !one.filed && !one.refused), urgent, () => this.startAgain()) : nothing}
        ${this.outboxPart(setting)}
        ${sent === 'saved' ? nothing : sent ? filedView({ t, setting, ...sent, notices: urgent, again: () => this.startAgain() })
          : html`${this.where(setting)}${this.form(setting)}`}
      </div>`;
  }

  /** What the outbox tells of. */
  private listed(): readonly Waiting[] {
    return this.waiting.filter((one) => one.key !== this.inHand);
  }

  private outboxPart(setting: Setting) {
    const { draft } = this;
    const words = draft.words.trim().slice(0, 60) || said(this.service()?.name, this.language) || (draft.place ? this.t.stepWhere : this.t.stepContact);
    return this.later?.outboxView({ t: this.t, language: this.language, setting, all: this.listed(), lasts: this.kept?.lasts ?? false,
      replacing: this.replacing ? { key: this.replacing, words } : undefined, sendNow: () => void this.outbox?.run(),
      edit: (one) => this.askTakingBack(one), replace: (one, sure) => this.askTakingBack(one, sure), remove: (one) => void this.outbox?.remove(one.key) });
  }

  private where(setting: Setting) {
    const { whereabouts } = this;
    return whereView({ t: this.t, setting, draft: this.draft, located: whereabouts.located, mapped: this.mapped, sending: this.sending, wrong: this.wrongText('place'),
      sides: { sure: whereabouts.side === 'sure', failed: whereabouts.side === 'failed', here: () => void this.sideTaken(), there: (code) => void this.sideTaken(code) },
      place: (event) => void this.chosen(event.detail, event.target), centre: () => this.map?.chooseCentre() });
  }

  private form(setting: Setting) {
    return reportForm({
      t: this.t, language: this.language, services: setting.jurisdiction.services, draft: this.draft, contact: this.contact,
      wrong: this.wrong, notice: this.notice, sending: this.sending, written: !isEmpty(this.draft), keeps: this.kept?.lasts ?? false, unkept: this.unkept, similar: this.nearby?.view(this.t, this.language, this.service()) ?? nothing,
      takenAt: ([lon, lat]) => void this.chosen({ lon, lat, accuracy: 20, datum: 'WGS84' }, null),
      change: (change) => this.change(change), changeContact: (change) => this.changeContact(change),
      send: (event) => void this.send(event), sendAsNew: () => this.sendAsNew(), clear: () => this.startAgain(),
      clearing: this.clearing, hasOtherContact: this.otherContact !== undefined, askClearing: (asking) => this.askClearing(asking), takeContact: () => this.takeContact(), focused: (field) => { if (field.matches(fields)) this.nearby?.makeWay(); },
    });
  }
}
