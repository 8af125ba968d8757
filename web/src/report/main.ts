import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import '../styles/base.css';
import './report.css';
import '../map/element.ts';
import './find-place.ts';
import './place-tools.ts';
import type { Position } from '../contract/areas.ts';
import { fieldOf, hasCode, isOpen, Refusal, sentence } from '../contract/errors.ts';
import { newKey, Once, type Sent } from '../contract/once.ts';
import type { ContactInput, Filed, Located, ReportInput } from '../contract/schemas.ts';
import type { MapElement } from '../map/element.ts';
import { nothing as noPoints, publicPoints, type PointCollection } from '../map/features.ts';
import { POINTS_FROM_ZOOM } from '../map/sources.ts';
import { PageElement } from '../page/element.ts';
import { byTouch } from '../page/touch.ts';
import { readSetting, type Setting } from '../page/settings.ts';
import { opening, shell } from '../page/shell.ts';
import { store } from '../page/store.ts';
import { emptyDraft, forgetDraft, formField, isEmpty, keepDraft, keptDraft, problems, reportInput, type Draft, type Field, type Problem } from './draft.ts';
import { filedView } from './filed.ts';
import { reportForm } from './form.ts';
import { locatedView } from './located.ts';
import { answerProblems, answersTo } from './questions.ts';
import type { Photos } from './photos.ts';
import { across, otherSides } from './sides.ts';
import type { FindPlace } from './find-place.ts';
import type { ChosenPlace, PlaceTools } from './place-tools.ts';

/** The zoom at which a chosen place is looked at: near enough to tell one house from the next. */
const placeZoom = 16.5;

@customElement('weige-report')
export class ReportPage extends PageElement {
  @state() private setting: Setting | undefined;
  @state() private failed = false;
  @state() private draft: Draft = emptyDraft();
  @state() private contact: ContactInput = {};
  @state() private located: Located | 'asking' | 'failed' | undefined;
  @state() private wrong: Problem[] = [];
  @state() private sending = false;
  @state() private notice: 'unsent' | 'unsent-server' | 'earlier-draft' | undefined;
  @state() private filed: Sent<Filed> | undefined;
  /** Shown in the page's attribute `mapless`, by which the style sheet lays the page out. */
  @state() private mapped = true;
  @state() private points: PointCollection = noPoints;
  @query('weige-map') private map!: MapElement | null;
  /** Which side of an edge it is on was answered; or could not be gone to. */
  @state() private side: 'asked' | 'sure' | 'failed' = 'asked';
  @query('weige-find-place') private finder!: FindPlace | null;
  @query('weige-place-tools') private tools!: PlaceTools | null;
  @query('weige-photos') private photos!: Photos | null;
  private asking: AbortController | undefined;
  private shownBounds: string | undefined;
  private once: Once<ReportInput, Filed> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.open();
  }

  private async open(): Promise<void> {
    this.failed = false;
    try {
      const setting = await readSetting();
      const { client } = setting;
      this.once = new Once((key, body) => client.post('/v1/{jurisdiction}/reports', { body, key }));
      this.setting = setting;
      this.draft = keptDraft(store(), client.jurisdiction);
      if (this.draft.place) void this.locate({ ...this.draft.place, datum: 'WGS84' });
    } catch {
      this.failed = true;
    }
  }

  private change(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    if (this.setting) keepDraft(store(), this.setting.client.jurisdiction, this.draft);
    // What has just been mended need not go on being pointed at.
    if (this.wrong.length > 0 && this.setting) {
      const left = new Set(this.problems().map((one) => one.field));
      this.wrong = this.wrong.filter((one) => left.has(one.field));
    }
  }

  private service() {
    return this.setting?.jurisdiction.services.find((one) => one.service_code === this.draft.service);
  }

  private problems(): Problem[] {
    return [...problems(this.t, this.draft, this.contact), ...answerProblems(this.t, this.language, this.service(), this.draft.answers)];
  }

  private changeContact(change: Partial<ContactInput>): void {
    this.contact = { ...this.contact, ...change };
    this.change({});
  }

  /** Takes a place from the map. */
  private pointed({ at, accuracy }: { at: Position; accuracy: number }): void {
    this.finder?.placeChosenElsewhere();
    this.tools?.placeChosenElsewhere();
    void this.locate({ lon: at[0], lat: at[1], accuracy, datum: 'WGS84' });
  }

  /** Takes a place from elsewhere, and shows it on the map. */
  private async chosen(place: ChosenPlace, by: EventTarget | null): Promise<void> {
    for (const one of [this.finder, this.tools]) if (one !== by) one?.placeChosenElsewhere();
    await this.locate(place);
    if (this.draft.place) this.map?.moveTo([this.draft.place.lon, this.draft.place.lat], placeZoom);
  }

  private async locate({ lon, lat, accuracy, datum }: ChosenPlace): Promise<void> {
    if (!this.setting) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    // A place of another datum is known only once the server has answered where it is.
    this.change({ place: datum === 'WGS84' ? { lon, lat, accuracy } : undefined });
    this.located = 'asking';
    this.side = 'asked';
    try {
      const located = await this.setting.client.get('/v1/{jurisdiction}/locate', { query: { lon, lat, accuracy, datum } }, asking.signal);
      if (asking.signal.aborted) return;
      this.located = located;
      if (datum !== 'WGS84') this.change({ place: { lon: located.proof.lon, lat: located.proof.lat, accuracy } });
    } catch {
      if (!asking.signal.aborted) this.located = 'failed';
    }
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
    if (this.sending || !this.setting || !this.once) return;
    this.notice = undefined;
    this.wrong = this.problems();
    const { place, key } = this.draft;
    if (this.wrong.length > 0 || !place) {
      void this.focusOn('#problems');
      return;
    }
    this.sending = true;
    try {
      const photos = (await this.photos?.sent()) ?? [];
      this.filed = await this.once.send(key, reportInput(this.draft, place, this.contact, this.language, answersTo(this.service(), this.draft.answers), photos));
      forgetDraft(store(), this.setting.client.jurisdiction);
      this.shownBounds = undefined;
      void this.focusOn('#filed');
    } catch (error) {
      this.explain(error);
    } finally {
      this.sending = false;
    }
  }

  private explain(error: unknown): void {
    if (hasCode(error, 'key_reused')) this.notice = 'earlier-draft';
    else if (isOpen(error)) this.notice = error instanceof Refusal ? 'unsent-server' : 'unsent';
    else this.wrong = [{ field: formField(fieldOf(error)) ?? 'description', text: sentence(this.t, error) }];
    void this.focusOn(this.notice ? '#unsent' : '#problems');
  }

  /** The words were filed before under this draft's key; whoever says so means something else by them now. */
  private sendAsNew(): void {
    this.change({ key: newKey() });
    void this.send();
  }

  private startAgain(): void {
    if (this.setting) forgetDraft(store(), this.setting.client.jurisdiction);
    this.draft = emptyDraft();
    this.contact = {};
    this.located = undefined;
    this.filed = undefined;
    this.notice = undefined;
    this.wrong = [];
    this.finder?.placeChosenElsewhere();
    this.tools?.placeChosenElsewhere();
    this.photos?.clear();
    void this.focusOn('h1');
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
    const t = this.t;
    const { place } = this.draft;
    const finest = typeof this.located === 'object' ? (this.located.chain.at(-1)?.code ?? '') : '';
    const beside = typeof this.located === 'object' && this.side !== 'sure' ? otherSides(this.located).map((one) => one.code) : [];
    return html`
      <div class="report-head"><h1 tabindex="-1">${t.titleReport}</h1><p>${t.reportIntro}</p></div>
      <div class="report-find"><weige-find-place @place=${(event: CustomEvent<ChosenPlace>) => void this.chosen(event.detail, event.target)}></weige-find-place></div>
      <div class="report-map">
        <weige-map .setting=${setting} .label=${t.mapLabel} choosing .pin=${place ? ([place.lon, place.lat] as Position) : undefined}
          .chosenArea=${finest} .besideAreas=${beside} .reports=${this.points} .unavailableText=${t.mapUnavailable}
          @chosen=${(event: CustomEvent<{ at: Position; accuracy: number }>) => this.pointed(event.detail)}
          @moved=${(event: CustomEvent<{ bounds: [number, number, number, number]; zoom: number }>) => void this.moved(event.detail)}
          @unavailable=${() => { this.mapped = false; this.toggleAttribute('mapless', true); }}></weige-map>
        ${this.points.features.length > 0 && this.mapped ? html`<p class="legend"><span class="dot"></span>${t.legendReports}</p>` : nothing}
      </div>
      <div class="report-side">
        ${this.filed ? filedView({ t, setting, filed: this.filed, again: () => this.startAgain() }) : html`${this.where(setting)}${this.form(setting)}`}
      </div>`;
  }

  private where(setting: Setting) {
    const t = this.t;
    return html`<section class="card where" aria-labelledby="where-title">
      <h2 id="where-title">${t.stepWhere}</h2>
      <div class="located" aria-live="polite" aria-busy=${this.located === 'asking'}>${this.locatedPart(setting)}</div>
      <p class="wrong">${this.wrongText('place')}</p>
      <weige-place-tools .areas=${setting.areas} .place=${this.draft.place} .mapped=${this.mapped}
        @place=${(event: CustomEvent<ChosenPlace>) => void this.chosen(event.detail, event.target)} @centre=${() => this.map?.chooseCentre()}></weige-place-tools>
    </section>`;
  }

  private locatedPart(setting: Setting) {
    const t = this.t;
    switch (this.located) {
      case undefined: return html`<p class="hint">${!this.mapped ? t.noPlaceYet : byTouch() ? t.mapHintTouch : t.mapHintNoPin}</p>`;
      case 'asking': return html`<p class="hint">${t.locating}</p>`;
      case 'failed': return html`<p class="notice bad">${t.locateFailed} ${t.fault_network}</p>`;
      default: return locatedView(t, setting.jurisdiction, setting.areas, this.located, {
        sure: this.side === 'sure', failed: this.side === 'failed', here: () => { this.side = 'sure'; }, there: (code) => void this.sideTaken(code) });
    }
  }

  private form(setting: Setting) {
    return reportForm({
      t: this.t, language: this.language, client: setting.client, services: setting.jurisdiction.services, draft: this.draft, contact: this.contact,
      wrong: this.wrong, notice: this.notice, sending: this.sending, keeps: !isEmpty(this.draft),
      change: (change) => this.change(change), changeContact: (change) => this.changeContact(change),
      send: (event) => void this.send(event), sendAsNew: () => this.sendAsNew(), clear: () => this.startAgain(),
    });
  }
}
