import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../styles/base.css';
import './subscribe.css';
import './follow.ts';
import { hasCode, sentence } from '../contract/errors.ts';
import type { Tracked } from '../contract/schemas.ts';
import { followTexts } from '../locale/follow.ts';
import { moment, said } from '../locale/format.ts';
import { PageElement } from '../page/element.ts';
import { pageAddress, readSetting, type Setting } from '../page/settings.ts';
import { opening, shell } from '../page/shell.ts';
import { areasToChoose } from '../report/choice.ts';
import { linkIn, type Link } from './link.ts';
import type { Subscription } from './schemas.ts';

type State = 'open' | 'busy' | 'saved' | 'confirmed' | 'ended' | 'over' | { error: unknown };

/** Where links of mails lead: to confirm, to change, to end. Without one it offers to follow an area. */
@customElement('weige-subscribe')
export class SubscribePage extends PageElement {
  @state() private setting: Setting | undefined;
  @state() private failed = false;
  @state() private link: Link | undefined;
  @state() private subscription: Subscription | undefined;
  @state() private tracked: Tracked | undefined;
  /** Fetched when a link leads to a report. */
  private seenView: typeof import('./seen.ts').seenView | undefined;
  @state() private now: State = 'open';
  @state() private codes: string[] = [];
  private readonly follow = () => void this.fromAddress();

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.follow);
    void this.open();
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.follow);
    super.disconnectedCallback();
  }

  private async open(): Promise<void> {
    this.failed = false;
    try {
      this.setting = await readSetting();
      await this.fromAddress();
    } catch {
      this.failed = true;
    }
  }

  private async fromAddress(): Promise<void> {
    this.link = linkIn(location.hash);
    this.subscription = this.tracked = undefined;
    this.now = 'open';
    if (this.link?.what === 'manage') await this.read(this.link.token);
    if (this.link?.what === 'report') await this.see(this.link.token);
  }

  private read(token: string): Promise<void> {
    return this.attempt(async ({ client }) => {
      this.subscription = await client.get('/v1/{jurisdiction}/subscriptions/{token}', { path: { token } });
      return 'open';
    });
  }

  private see(token: string): Promise<void> {
    return this.attempt(async ({ client }) => {
      this.seenView = (await import('./seen.ts')).seenView;
      this.tracked = await client.get('/v1/{jurisdiction}/subscriptions/{token}/report', { path: { token } });
      return 'open';
    });
  }

  /** Nothing happens when a link is opened, because programs open links too: a person presses the button. */
  private confirm(token: string): Promise<void> {
    return this.attempt(async ({ client }) => {
      const receipt = await client.post('/v1/{jurisdiction}/subscriptions/confirmation', { body: { token } });
      if (receipt.token) {
        this.link = { what: 'manage', token: receipt.token };
        history.replaceState(null, '', `#manage=${receipt.token}`);
        this.subscription = await client.get('/v1/{jurisdiction}/subscriptions/{token}', { path: { token: receipt.token } });
      }
      return 'confirmed';
    });
  }

  private end(token: string): Promise<void> {
    return this.attempt(async ({ client }) => {
      await client.post('/v1/{jurisdiction}/subscriptions/{token}/cancellation', { path: { token } });
      this.subscription = undefined;
      return 'ended';
    });
  }

  private save(event: SubmitEvent, token: string): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const body = { daily: form.get('pace') === 'daily', locale: form.get('locale') === 'en' ? 'en' : 'zh' } as const;
    return this.attempt(async ({ client }) => {
      this.subscription = await client.post('/v1/{jurisdiction}/subscriptions/{token}/settings', { path: { token }, body });
      return 'saved';
    });
  }

  private async attempt(what: (setting: Setting) => Promise<State>): Promise<void> {
    const { setting } = this;
    if (!setting) return;
    this.now = 'busy';
    try {
      this.now = await what(setting);
    } catch (error) {
      this.now = hasCode(error, 'not_found') ? 'over' : { error };
    }
  }

  protected override render() {
    const { t, setting } = this;
    const content = setting ? this.page(setting) : opening(t, this.failed, () => void this.open());
    return shell({ page: 'track', t, setting, content });
  }

  /** The frame names the page as its entry in the navigation does, which is that of tracking. */
  protected override updated(): void {
    const { t, setting } = this;
    document.title = [followTexts().title, setting ? said(setting.jurisdiction.name, this.language) : '', t.brand].filter(Boolean).join(' · ');
  }

  private page(setting: Setting) {
    const f = followTexts();
    const { link, now } = this;
    const done = now === 'saved' ? f.saved : now === 'confirmed' ? f.confirmed : now === 'ended' ? f.ended : '';
    const wrong = now === 'over' ? f.linkOver : typeof now === 'object' ? sentence(this.t, now.error) : '';
    const linked = link && now !== 'ended' && now !== 'over';
    const outcome = html`<div role="status">${done ? html`<p class="notice">${done}</p>` : nothing}</div>
      <div role="alert">${wrong ? html`<p class="notice warn">${wrong}</p>` : nothing}</div>`;
    // What is said of a form that stays comes below it, so that the form stays where it is.
    const below = linked && this.subscription !== undefined && now !== 'confirmed';
    return html`<h1>${f.title}</h1>
      ${below ? nothing : outcome}
      ${linked ? this.linked(setting, link) : this.choose(setting)}
      ${below ? outcome : nothing}`;
  }

  private linked(setting: Setting, link: Link) {
    const f = followTexts();
    const busy = this.now === 'busy';
    if (link.what === 'confirm') {
      return html`<section class="card" aria-labelledby="confirm"><h2 id="confirm">${f.confirmTitle}</h2><p>${f.confirmNote}</p>
        <div class="buttons"><button class="primary" ?disabled=${busy} @click=${() => void this.confirm(link.token)}>${f.confirmButton}</button></div></section>`;
    }
    if (link.what === 'end') {
      return html`<section class="card" aria-labelledby="end"><h2 id="end">${f.endTitle}</h2><p>${f.endNote}</p>
        <div class="buttons"><button class="primary" ?disabled=${busy} @click=${() => void this.end(link.token)}>${f.endButton}</button></div></section>`;
    }
    if (link.what === 'report') {
      return this.tracked && this.seenView ? html`${this.seenView(this.t, this.language, setting, this.tracked)}
        <p><a href=${pageAddress('/subscribe/', location.search, `manage=${link.token}`)}>${f.more}</a></p>` : nothing;
    }
    return this.subscription ? this.settings(setting, link.token, this.subscription) : nothing;
  }

  private settings(setting: Setting, token: string, one: Subscription) {
    const f = followTexts();
    const { t } = this;
    const busy = this.now === 'busy';
    const area = one.area?.name ?? '';
    const about = { report: f.about_report, area: f.about_area(area), person: f.about_person, watch: f.about_watch(area) }[one.about];
    const choice = (name: string, value: string, chosen: boolean, text: string) => html`<label class="choice">
      <input type="radio" name=${name} value=${value} .checked=${chosen}> ${text}</label>`;
    return html`<section class="card" aria-labelledby="manage"><h2 id="manage">${f.manageTitle}</h2>
      <dl class="facts"><dt>${f.about}</dt><dd>${about}</dd>
        <dt>${f.channel}</dt><dd>${one.channel === 'mail' ? f.channel_mail : f.channel_push}</dd>
        <dt>${f.until}</dt><dd>${moment(t, setting.jurisdiction.time_zone, one.until)}</dd></dl>
      <form class="follow" @submit=${(event: SubmitEvent) => void this.save(event, token)}>
        <fieldset class="pace"><legend>${f.pace}</legend>${choice('pace', 'once', !one.daily, f.atOnce)}${choice('pace', 'daily', one.daily, f.daily)}</fieldset>
        <fieldset class="pace"><legend>${f.locale}</legend>${choice('locale', 'zh', one.locale === 'zh', '中文')}${choice('locale', 'en', one.locale === 'en', 'English')}</fieldset>
        <div class="buttons"><button class="primary" ?disabled=${busy}>${f.save}</button>
          ${one.about === 'report' ? html`<a class="secondary" href=${pageAddress('/subscribe/', location.search, `report=${token}`)}>${f.seeReport}</a>` : nothing}
          <button type="button" class="secondary" ?disabled=${busy} @click=${() => void this.end(token)}>${f.endButton}</button></div>
      </form></section>`;
  }

  private choose(setting: Setting) {
    const f = followTexts();
    const { areas, client, jurisdiction } = setting;
    const only = areas.of(0).length === 1 ? areas.of(0)[0] : undefined;
    const chosen = this.codes.at(-1);
    const code = chosen ?? only?.code;
    const place = said(jurisdiction.name, this.language);
    const feed = (name: string, path: string) => html`<li><a href="/v1/${client.jurisdiction}/feeds/${path}?lang=${this.language}" type="application/atom+xml">${name}</a></li>`;
    return html`<section class="card" aria-labelledby="follow-area"><h2 id="follow-area">${f.followArea}</h2><p>${f.followAreaNote}${only ? html` ${f.followWhole(only.name)}` : nothing}</p>
        ${areas.levels.map((level, at) => ({ level, at, list: areasToChoose(areas, this.codes, at) })).filter(({ list }) => list.length > 0).map(({ level, at, list }) => {
          const name = said(level.name, this.language);
          return html`<div class="field"><label for="area-${at}">${name}</label>
            <select id="area-${at}" @change=${(event: Event) => this.pick(at, (event.target as HTMLSelectElement).value)}>
              <option value="" .selected=${!this.codes[at]}>${this.t.chooseAreaAny(name)}</option>
              ${list.map((area) => html`<option value=${area.code} .selected=${this.codes[at] === area.code}>${area.name}</option>`)}
            </select></div>`;
        })}
        <weige-follow .setting=${setting} .what=${code ? { area: code } : undefined}></weige-follow></section>
      <section class="card" aria-labelledby="feeds"><h2 id="feeds">${f.feedTitle}</h2><p class="hint">${f.feedNote}</p>
        <ul class="feeds">${feed(f.feedAll(place), 'reports.atom')}${chosen ? feed(areas.name(chosen), `areas/${encodeURIComponent(chosen)}.atom`) : nothing}</ul></section>`;
  }

  private pick(level: number, code: string): void {
    this.codes = [...Array.from({ length: level }, (_, at) => this.codes[at] ?? ''), ...(code ? [code] : [])];
  }
}
