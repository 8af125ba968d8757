import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../styles/base.css';
import '../dispatch/dispatch.css';
import './edit.css';
import { hasCode, isOpen } from '../contract/errors.ts';
import type { BoundarySet, Drawing } from '../contract/schemas.ts';
import type { Setting } from '../page/settings.ts';
import { keepStill } from '../page/still.ts';
import { Entrance } from '../sign-in/entrance.ts';
import { rightsOf } from '../sign-in/rights.ts';
import type { Session } from '../sign-in/session.ts';
import { EditorElement } from './element.ts';
import { newKey } from '../contract/once.ts';
import { calledSet } from './called.ts';
import { discard, whyKept, type Doomed } from './discarding.ts';
import { twice } from './lost.ts';
import { withPlace } from './place.ts';
import { setsView } from './sets.ts';

type Tab = 'sets' | 'import' | 'drawing' | 'compare';

/** What shows each tab, fetched when it is opened: an element draws itself once its program is there. */
const programs: Partial<Record<Tab, () => Promise<unknown>>> = { import: () => import('./importing.ts'), drawing: () => import('./drawing.ts'), compare: () => import('./compare.ts') };

/** The boundary editor: versions, import, drawing, comparing and publishing. What is shown is in the address: `?set=` and `?drawing=`. */
@customElement('weige-edit')
export class EditPage extends EditorElement {
  @state() private trouble = '';
  @state() private done = '';
  @state() private sets: readonly BoundarySet[] | undefined;
  @state() private inForce = '';
  @state() private drawings: readonly Drawing[] = [];
  @state() private tab: Tab = 'sets';
  @state() private set = '';
  @state() private drawing = '';
  @state() private doomed: Doomed | undefined;
  @state() private busy = false;
  private readonly entrance = new Entrance(this, { entered: () => this.sit() });
  private readonly back = () => this.follow();
  /** Others publish and draw too: whoever comes back to the list reads it as it is. */
  private readonly again = () => { if (document.visibilityState === 'visible' && this.tab === 'sets' && this.sets && !this.busy && !this.doomed) void this.refresh(); };

  private still: ReturnType<typeof keepStill> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.back);
    document.addEventListener('visibilitychange', this.again);
    this.still = keepStill();
  }

  override disconnectedCallback(): void {
    window.removeEventListener('popstate', this.back);
    document.removeEventListener('visibilitychange', this.again);
    this.still?.end();
    super.disconnectedCallback();
  }

  private async sit(): Promise<void> {
    this.follow();
    await this.fetch();
  }

  /** Shows what the address says. */
  private follow(): void {
    const query = new URLSearchParams(location.search);
    this.set = query.get('set') ?? '';
    this.drawing = query.get('drawing') ?? '';
    this.tab = this.drawing ? 'drawing' : this.set ? 'compare' : query.has('import') ? 'import' : 'sets';
    programs[this.tab]?.().catch((error: unknown) => this.explain(error));
  }

  private go(what: { set?: string; drawing?: string; import?: string }): void {
    const query = new URLSearchParams(location.search);
    for (const name of ['set', 'drawing', 'import'] as const) {
      if (what[name] === undefined) query.delete(name);
      else query.set(name, what[name] ?? '');
    }
    const text = withPlace(query).toString();
    history.pushState(null, '', location.pathname + (text ? `?${text}` : ''));
    this.trouble = this.done = '';
    this.doomed = undefined;
    this.follow();
    if (this.tab === 'sets') void this.fetch();
    void this.focusOn('#edit-title');
  }

  private async fetch(): Promise<void> {
    const { setting } = this.entrance;
    if (!setting) return;
    await this.attempt(() => this.read(setting));
  }

  private async read({ client }: Setting): Promise<void> {
    const [sets, drawings] = await Promise.all([client.get('/v1/{jurisdiction}/boundary-sets', {}), client.get('/v1/{jurisdiction}/boundary-drawings', {})]);
    this.sets = sets.sets;
    this.inForce = sets.in_force ?? '';
    this.drawings = drawings.drawings;
  }

  /** Reads the list while nobody pressed anything: what is said stays, every button can be used, and where it cannot be read what is shown stays as well. */
  private async refresh(): Promise<void> {
    const { setting } = this.entrance;
    const was = document.activeElement;
    await (setting && this.read(setting))?.catch(() => undefined);
    this.leadOn(was, '#edit-title', true);
  }

  /** Does something; of what `changes` something and had no answer it says that it may have been done. */
  private async attempt(what: () => Promise<void>, changes = false): Promise<void> {
    this.busy = true;
    this.trouble = '';
    try {
      await what();
    } catch (error) {
      if (changes && isOpen(error)) this.trouble = this.e.unsent;
      else this.explain(error);
    } finally {
      this.busy = false;
    }
  }

  private explain(error: unknown): void {
    this.trouble = this.entrance.explain(this.t, error, this.e.notEditor);
  }

  private draw(base: string, name: string): void {
    const { setting } = this.entrance;
    if (!setting) return;
    void this.attempt(async () => {
      const asked = { body: { base, ...(name ? { name } : {}) }, key: newKey() };
      const { answer } = await twice(() => setting.client.post('/v1/{jurisdiction}/boundary-drawings', asked));
      this.go({ drawing: answer.drawing });
    });
  }

  private repair(set: string): void {
    const { setting } = this.entrance;
    if (!setting) return;
    const was = document.activeElement;
    void this.attempt(async () => {
      const { answer: repaired, lost } = await twice(() => setting.client.post('/v1/{jurisdiction}/boundary-sets/{set}/repair', { path: { set } })); // the same content gives the same draft
      await this.fetch();
      this.done = this.told(repaired.moves_all === 0 ? this.e.repairedNone : this.e.repaired(String(repaired.moves_all)), lost);
    }, true).then(() => this.leadOn(was, `[data-set="${CSS.escape(set)}"] button`)); // other warnings make another list, with a button of its own or none
  }

  private ask(doomed: Doomed | undefined): void {
    const before = this.doomed;
    this.doomed = doomed;
    this.done = '';
    if (doomed ?? before) void this.focusOn(doomed ? '#discarding' : `#discard-${before?.id ?? ''}`);
  }

  private discard(): void {
    const { setting } = this.entrance;
    const { doomed } = this;
    if (!setting || !doomed) return;
    void this.attempt(async () => {
      let lost = false;
      try {
        ({ lost } = await twice(() => discard(setting.client, doomed)));
      } catch (error) {
        if (!hasCode(error, 'conflict')) throw error;
        await this.fetch(); // what is there now
        const drawing = 'drawing' in doomed && this.drawings.find((one) => one.drawing === doomed.id);
        this.doomed = { ...doomed, ...(drawing ? { drawing } : {}), refused: whyKept(this.t, this.e, doomed, error) };
        return;
      }
      await this.fetch();
      this.doomed = undefined; // what was asked goes with what it was about, and not before
      this.done = this.told('set' in doomed ? this.e.discardedSet(calledSet(this.e, this.t, setting.jurisdiction.time_zone, doomed.set)) : this.e.discardedDrawing(doomed.drawing.name || this.e.unnamed), lost);
      await this.focusOn('#edit-title');
    }, true);
  }

  /** What was done, and that it took asking once more where no answer came at first. */
  private told(done: string, lost: boolean): string {
    return lost ? this.e.lookedUp(done) : done;
  }

  protected override render() {
    const { t, trouble } = this;
    const { setting, session } = this.entrance;
    return this.entrance.frame({ page: 'edit', t, trouble, content: setting && session ? this.page(setting, session) : undefined });
  }

  private page(setting: Setting, session: Session) {
    const { e } = this;
    const rights = rightsOf(session, setting.client.jurisdiction);
    if (!rights.edits) return html`<section class="card gate"><h1>${e.title}</h1><p class="notice warn">${e.notEditor}</p></section>`;
    const tab = (name: Tab, text: string, go: () => void) => html`<button type="button" aria-pressed=${this.tab === name ? 'true' : 'false'} @click=${go}>${text}</button>`;
    return html`<div class="editor"><h1 id="edit-title" tabindex="-1">${e.title}</h1>
      <div class="edit-tabs" role="group" aria-label=${e.title}>${tab('sets', e.tabSets, () => this.go({}))}${tab('import', e.tabImport, () => this.go({ import: '' }))}
        ${this.tab === 'drawing' ? tab('drawing', e.tabDrawing, () => undefined) : nothing}${this.tab === 'compare' ? tab('compare', e.tabCompare, () => undefined) : nothing}</div>
      ${this.content(setting, session, rights.rehomes)}
      ${this.trouble ? html`<p class="notice bad said" role="alert">${this.trouble}</p>` : nothing}
      ${this.done ? html`<p class="notice said" role="status">${this.done}</p>` : nothing}</div>`;
  }

  private content(setting: Setting, session: Session, rehomes: boolean) {
    const { t, e, language } = this;
    switch (this.tab) {
      case 'import':
        return html`<weige-import .setting=${setting} .inForce=${this.inForce || setting.jurisdiction.boundary_set || ''} @imported=${(event: CustomEvent<string>) => this.go({ set: event.detail })}
          @ended=${(event: CustomEvent) => this.explain(event.detail)}></weige-import>`;
      case 'drawing':
        return html`<weige-drawing .setting=${setting} .drawing=${this.drawing} @again=${() => { this.trouble = ''; }} @finished=${(event: CustomEvent<string>) => this.go({ set: event.detail })}
          @ended=${(event: CustomEvent) => this.explain(event.detail)}></weige-drawing>`;
      case 'compare':
        return html`<weige-compare .setting=${setting} .set=${this.set} ?rehomes=${rehomes} @published=${() => void this.fetch()} @back=${(event: CustomEvent<string>) => this.go({ set: event.detail })} @ended=${(event: CustomEvent) => this.explain(event.detail)}></weige-compare>`;
      default:
        return this.sets ? setsView({ t, e, language, zone: setting.jurisdiction.time_zone, sets: this.sets, inForce: this.inForce, drawings: this.drawings, busy: this.busy,
          person: session.person, rehomes, doomed: this.doomed, ask: (doomed) => this.ask(doomed), discard: () => this.discard(),
          draw: (set, name) => this.draw(set, name), repair: (set) => this.repair(set), compare: (set) => this.go({ set }), open: (drawing) => this.go({ drawing }) }) : html`<p role="status">${t.loading}</p>`;
    }
  }
}
