import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../styles/base.css';
import '../dispatch/dispatch.css';
import '../edit/edit.css';
import './gazetteer.css';
import type { Gazetteer, GazetteerIntake } from '../contract/schemas.ts';
import { everybody } from '../dispatch/people.ts';
import { keepKeyboard } from '../page/keyboard.ts';
import type { Setting } from '../page/settings.ts';
import { Entrance } from '../sign-in/entrance.ts';
import { rightsOf } from '../sign-in/rights.ts';
import type { Session } from '../sign-in/session.ts';
import { GazetteerElement } from './element.ts';
import './importing.ts';
import './intake.ts';
import './trying.ts';
import { short, versionsView } from './versions.ts';

type Tab = 'versions' | 'import' | 'intake' | 'try';
type Place = { import?: string; try?: string };

/** The address books: versions, import, trying an address. What is shown is in the address: `?import=` with an import's id, or `?try`. */
@customElement('weige-gazetteer')
export class GazetteerPage extends GazetteerElement {
  @state() private trouble = '';
  @state() private done = '';
  @state() private versions: readonly Gazetteer[] | undefined;
  @state() private inForce = '';
  @state() private imports: readonly GazetteerIntake[] = [];
  @state() private tab: Tab = 'versions';
  @state() private intake = '';
  @state() private asked = '';
  @state() private busy = false;
  /** What people are called by the roster, once it is known or known not to come: a name in place of an id would move what is beside it. */
  @state() private names: ReadonlyMap<string, string> | undefined;
  private named: Promise<unknown> | undefined;
  private readonly entrance = new Entrance(this, { entered: (setting, session) => this.sit(setting, session) });
  private readonly back = () => {
    this.follow();
    if (this.tab === 'versions') void this.fetch();
  };

  private leading: ReturnType<typeof keepKeyboard> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.leading = keepKeyboard();
    window.addEventListener('popstate', this.back);
  }

  override disconnectedCallback(): void {
    this.leading?.();
    window.removeEventListener('popstate', this.back);
    super.disconnectedCallback();
  }

  private async sit(setting: Setting, session: Session): Promise<void> {
    this.follow();
    if (!rightsOf(session, setting.client.jurisdiction).addresses) return;
    // Without a roster people are called by their ids.
    this.named = setting.client.get('/v1/{jurisdiction}/roster', {}).then(({ duties }) => { this.names = new Map(everybody(duties).map((one) => [one.person, one.name])); }, () => { this.names = new Map(); });
    await this.fetch();
  }

  /** Shows what the address says. */
  private follow(): void {
    const query = new URLSearchParams(location.search);
    this.intake = query.get('import') ?? '';
    this.tab = this.intake ? 'intake' : query.has('import') ? 'import' : query.has('try') ? 'try' : 'versions';
    this.asked = '';
  }

  private go(place: Place): void {
    const query = new URLSearchParams(location.search);
    for (const name of ['import', 'try'] as const) {
      const value = place[name];
      if (value === undefined) query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    history.pushState(null, '', location.pathname + (text ? `?${text}` : ''));
    this.trouble = this.done = '';
    this.follow();
    if (this.tab === 'versions') void this.fetch();
    void this.focusOn('#gazetteer-title');
  }

  private async fetch(): Promise<void> {
    const { setting } = this.entrance;
    if (!setting) return;
    await this.attempt(async () => {
      const [all, last] = await Promise.all([setting.client.get('/v1/{jurisdiction}/gazetteer', {}), setting.client.get('/v1/{jurisdiction}/gazetteer/imports', {}), this.named]);
      this.versions = all.versions;
      this.inForce = all.in_force;
      this.imports = last.imports;
    });
  }

  private async attempt(what: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.trouble = '';
    try {
      await what();
    } catch (error) {
      this.explain(error);
    } finally {
      this.busy = false;
    }
  }

  private explain(error: unknown): void {
    this.trouble = this.entrance.explain(this.t, error, this.g.notKeeper);
  }

  private ask(version: string): void {
    const before = this.asked;
    this.asked = version;
    this.done = '';
    void this.focusOn(version ? '.confirm .primary' : `[data-version="${CSS.escape(before)}"]`);
  }

  private async putBack(version: string): Promise<void> {
    const { setting } = this.entrance;
    if (!setting) return;
    // The question goes with the press: gone with the answer, it would move what is below it.
    this.asked = '';
    void this.focusOn('#gazetteer-title');
    await this.attempt(async () => {
      const now = await setting.client.post('/v1/{jurisdiction}/gazetteer/rollback', { body: { version, expected: this.inForce } });
      this.versions = now.versions;
      this.inForce = now.in_force;
      this.done = this.g.putBackDone(short(version));
    });
    const { trouble } = this;
    // Whoever was too late sees what is in force now, and why nothing came of it.
    if (trouble) await this.fetch();
    this.trouble ||= trouble;
  }

  protected override render() {
    const { t, trouble } = this;
    const { setting, session } = this.entrance;
    return this.entrance.frame({ page: 'gazetteer', t, trouble, content: setting && session ? this.page(setting, session) : undefined });
  }

  private page(setting: Setting, session: Session) {
    const { g, tab } = this;
    if (!rightsOf(session, setting.client.jurisdiction).addresses) return html`<section class="card gate"><h1>${g.title}</h1><p class="notice warn">${g.notKeeper}</p></section>`;
    const button = (pressed: boolean, text: string, place: Place) => html`<button type="button" aria-pressed=${pressed ? 'true' : 'false'} @click=${() => this.go(place)}>${text}</button>`;
    return html`<div class="editor"><h1 id="gazetteer-title" tabindex="-1">${g.title}</h1>
      <div class="edit-tabs" role="group" aria-label=${g.title}>${button(tab === 'versions', g.tabVersions, {})}${button(tab === 'import' || tab === 'intake', g.tabImport, { import: '' })}${button(tab === 'try', g.tabTry, { try: '' })}</div>
      ${this.content(setting, session)}
      ${this.trouble ? html`<p class="notice bad said" role="alert">${this.trouble}</p>` : nothing}
      ${this.done ? html`<p class="notice said" role="status">${this.done}</p>` : nothing}</div>`;
  }

  private content(setting: Setting, session: Session) {
    const { t, g } = this;
    const person = (id: string | undefined) => (id && id === session.person ? session.name : this.names?.get(id ?? '') ?? id ?? '');
    const ended = (event: CustomEvent) => this.explain(event.detail);
    const opened = (event: CustomEvent<string>) => this.go({ import: event.detail });
    switch (this.tab) {
      case 'import':
        return html`<weige-gazetteer-import .setting=${setting} .country=${this.versions?.find((one) => one.version === this.inForce)?.country ?? ''} @ordered=${opened} @ended=${ended}></weige-gazetteer-import>`;
      case 'intake':
        return !this.names ? html`<p role="status">${t.loading}</p>` : html`<weige-gazetteer-intake .setting=${setting} .person=${person} .intake=${this.intake} @ordered=${opened} @ended=${ended} @go=${(event: CustomEvent<Place>) => this.go(event.detail)}></weige-gazetteer-intake>`;
      case 'try':
        return html`<weige-gazetteer-try .setting=${setting} @ended=${ended}></weige-gazetteer-try>`;
      default:
        return this.versions ? versionsView({ t, g, zone: setting.jurisdiction.time_zone, versions: this.versions, inForce: this.inForce, imports: this.imports, asked: this.asked, busy: this.busy,
          count: (value) => this.count(value), person, ask: (version) => this.ask(version), putBack: (version) => void this.putBack(version), open: (intake) => this.go({ import: intake }) }) : html`<p role="status">${t.loading}</p>`;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-gazetteer': GazetteerPage }
}
