import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../styles/base.css';
import '../dispatch/dispatch.css';
import './edit.css';
import { hasCode, sentence } from '../contract/errors.ts';
import type { BoundarySet, Drawing } from '../contract/schemas.ts';
import type { Session, SignIn } from '../dispatch/session.ts';
import { readSetting, readSettings, type Setting } from '../page/settings.ts';
import { opening, shell } from '../page/shell.ts';
import './compare.ts';
import './drawing.ts';
import { EditorElement } from './element.ts';
import './importing.ts';
import { rightsOf } from './rights.ts';
import { setsView } from './sets.ts';

type Stage = 'asking' | 'out' | 'leaving' | 'failed' | 'expired' | 'in';
type Tab = 'sets' | 'import' | 'drawing' | 'compare';

/** The boundary editor: versions, import, drawing, comparing and publishing. What is shown is in the address: `?set=` and `?drawing=`. */
@customElement('weige-edit')
export class EditPage extends EditorElement {
  @state() private setting: Setting | undefined;
  @state() private failed = false;
  @state() private stage: Stage = 'asking';
  @state() private trouble = '';
  @state() private done = '';
  @state() private sets: readonly BoundarySet[] | undefined;
  @state() private inForce = '';
  @state() private drawings: readonly Drawing[] = [];
  @state() private tab: Tab = 'sets';
  @state() private set = '';
  @state() private drawing = '';
  @state() private busy = false;
  private signIn: SignIn | undefined;
  private session: Session | undefined;
  private readonly back = () => this.follow();

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.back);
    void this.begin();
  }

  override disconnectedCallback(): void {
    window.removeEventListener('popstate', this.back);
    super.disconnectedCallback();
  }

  private async begin(): Promise<void> {
    this.failed = false;
    try {
      const { SignIn } = await import('../dispatch/session.ts');
      this.signIn = new SignIn(await readSettings());
      try {
        this.session = await this.signIn.current();
        this.stage = 'out';
      } catch {
        this.stage = 'failed';
      }
      this.setting = await readSetting(() => this.session?.token);
      if (!this.session) return;
      this.stage = 'in';
      this.follow();
      await this.fetch();
    } catch {
      this.failed = true;
    }
  }

  /** Shows what the address says. */
  private follow(): void {
    const query = new URLSearchParams(location.search);
    this.set = query.get('set') ?? '';
    this.drawing = query.get('drawing') ?? '';
    this.tab = this.drawing ? 'drawing' : this.set ? 'compare' : query.has('import') ? 'import' : 'sets';
  }

  private go(what: { set?: string; drawing?: string; import?: string }): void {
    const query = new URLSearchParams(location.search);
    for (const name of ['set', 'drawing', 'import'] as const) {
      if (what[name] === undefined) query.delete(name);
      else query.set(name, what[name] ?? '');
    }
    const text = query.toString();
    history.pushState(null, '', location.pathname + (text ? `?${text}` : ''));
    this.trouble = this.done = '';
    this.follow();
    if (this.tab === 'sets') void this.fetch();
    void this.focusOn('#edit-title');
  }

  private async fetch(): Promise<void> {
    const { setting } = this;
    if (!setting) return;
    await this.attempt(async () => {
      const [sets, drawings] = await Promise.all([setting.client.get('/v1/{jurisdiction}/boundary-sets', {}), setting.client.get('/v1/{jurisdiction}/boundary-drawings', {})]);
      this.sets = sets.sets;
      this.inForce = sets.in_force ?? '';
      this.drawings = drawings.drawings;
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
    if (hasCode(error, 'unauthorized')) {
      void this.signIn?.forget();
      this.session = undefined;
      this.stage = 'expired';
    } else {
      this.trouble = hasCode(error, 'forbidden') ? this.e.notEditor : sentence(this.t, error);
    }
  }

  private async leave(): Promise<void> {
    this.stage = 'leaving';
    try {
      await this.signIn?.start();
    } catch {
      this.stage = 'failed';
    }
  }

  private async signOut(): Promise<void> {
    await this.signIn?.end();
    this.session = undefined;
    this.stage = 'out';
  }

  private draw(base: string): void {
    const { setting } = this;
    if (!setting) return;
    void this.attempt(async () => {
      const { newKey } = await import('../contract/once.ts');
      const drawing = await setting.client.post('/v1/{jurisdiction}/boundary-drawings', { body: { base }, key: newKey() });
      this.go({ drawing: drawing.drawing });
    });
  }

  private repair(set: string): void {
    const { setting } = this;
    if (!setting) return;
    void this.attempt(async () => {
      const repaired = await setting.client.post('/v1/{jurisdiction}/boundary-sets/{set}/repair', { path: { set } });
      await this.fetch();
      this.done = repaired.moves_all === 0 ? this.e.repairedNone : this.e.repaired(String(repaired.moves_all));
    });
  }

  protected override render() {
    const { t, setting, session } = this;
    const content = !setting ? opening(t, this.failed, () => void this.begin()) : session ? this.page(setting, session) : this.gate(setting);
    const account = session ? html`<span class="who" title=${session.name}>${t.signedInAs(session.name)}</span><button type="button" class="quiet" @click=${() => void this.signOut()}>${t.signOut}</button>` : nothing;
    return shell({ page: 'edit', t, setting, content, account });
  }

  private gate(setting: Setting) {
    const t = this.t;
    const said = this.trouble || (this.stage === 'failed' ? t.signInFailed : this.stage === 'expired' ? t.sessionEnded : '');
    return html`<section class="card gate"><h1>${t.signInTitle}</h1><p>${t.signInNote}</p>
      ${setting.settings.demo ? html`<p class="notice">${t.signInDemo}</p>` : nothing}
      ${said ? html`<p class="notice bad" role="alert">${said}</p>` : nothing}
      <button type="button" class="primary" @click=${() => void this.leave()}>${this.stage === 'leaving' ? t.signingIn : t.signIn}</button></section>`;
  }

  private page(setting: Setting, session: Session) {
    const { e } = this;
    const rights = rightsOf(session, setting.client.jurisdiction);
    if (!rights.edits) return html`<section class="card gate"><h1>${e.title}</h1><p class="notice warn">${e.notEditor}</p></section>`;
    const tab = (name: Tab, text: string, go: () => void) => html`<button type="button" aria-pressed=${this.tab === name ? 'true' : 'false'} @click=${go}>${text}</button>`;
    return html`<div class="editor"><h1 id="edit-title" tabindex="-1">${e.title}</h1>
      <div class="edit-tabs" role="group" aria-label=${e.title}>${tab('sets', e.tabSets, () => this.go({}))}${tab('import', e.tabImport, () => this.go({ import: '' }))}
        ${this.tab === 'drawing' ? tab('drawing', e.tabDrawing, () => undefined) : nothing}${this.tab === 'compare' ? tab('compare', e.tabCompare, () => undefined) : nothing}</div>
      ${this.trouble ? html`<p class="notice bad" role="alert">${this.trouble}</p>` : nothing}
      ${this.done ? html`<p class="notice" role="status">${this.done}</p>` : nothing}
      ${this.content(setting, rights.rehomes)}</div>`;
  }

  private content(setting: Setting, rehomes: boolean) {
    const { t, e, language } = this;
    switch (this.tab) {
      case 'import':
        return html`<weige-import .setting=${setting} .inForce=${this.inForce || setting.jurisdiction.boundary_set || ''} @imported=${(event: CustomEvent<string>) => this.go({ set: event.detail })}
          @ended=${(event: CustomEvent) => this.explain(event.detail)}></weige-import>`;
      case 'drawing':
        return html`<weige-drawing .setting=${setting} .drawing=${this.drawing} @finished=${(event: CustomEvent<string>) => this.go({ set: event.detail })}
          @ended=${(event: CustomEvent) => this.explain(event.detail)}></weige-drawing>`;
      case 'compare':
        return html`<weige-compare .setting=${setting} .set=${this.set} ?rehomes=${rehomes} @ended=${(event: CustomEvent) => this.explain(event.detail)}></weige-compare>`;
      default:
        return this.sets ? setsView({ t, e, language, zone: setting.jurisdiction.time_zone, sets: this.sets, inForce: this.inForce, drawings: this.drawings, busy: this.busy,
          draw: (set) => this.draw(set), repair: (set) => this.repair(set), compare: (set) => this.go({ set }), open: (drawing) => this.go({ drawing }) }) : html`<p role="status">${t.loading}</p>`;
    }
  }
}
