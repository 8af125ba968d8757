import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { Refusal } from '../contract/errors.ts';
import type { Catalogue } from '../locale/locale.ts';
import type { Settings } from '../page/settings.ts';
import { forgetUnsaid } from '../page/unsaid.ts';
import type { Session, SignIn } from './session.ts';

/** How far a page is with whoever uses it: not asked yet, nobody, on the way to the issuer, that went wrong, over, somebody. */
export type Stage = 'asking' | 'out' | 'leaving' | 'failed' | 'expired' | 'in';

/** What the card says that stands where the page will be. */
export interface Gate {
  t: Catalogue;
  title: string;
  note: string;
  /** A demo, where nobody is asked for a password. */
  demo?: boolean;
  /** What went wrong apart from the sign-in. */
  trouble: string;
}

/** Who uses a page of staff. */
export class Account implements ReactiveController {
  stage: Stage = 'asking';
  session: Session | undefined;
  /** The bearer token for the API, while somebody is signed in. */
  readonly token = (): string | undefined => this.session?.token;
  private signIn: SignIn | undefined;

  /** `left` is called when the session ends, whether by a click or because it has expired. */
  constructor(protected readonly host: ReactiveControllerHost, private readonly left: () => void = () => undefined) {
    host.addController(this);
  }

  hostConnected(): void {}

  /** Asks who is signed in. It may put the address back, which says what jurisdiction a page is about. */
  async ask(settings: Settings): Promise<Session | undefined> {
    const { SignIn } = await import('./session.ts');
    this.signIn = new SignIn(settings);
    try {
      const session = await this.signIn.current();
      if (session) forgetUnsaid(session.person);
      this.become(session ? 'in' : this.signIn.lapsed ? 'expired' : 'out', session);
    } catch {
      this.become('failed');
    }
    return this.session;
  }

  /** Leaves for the issuer. */
  async enter(): Promise<void> {
    this.become('leaving');
    try {
      await this.signIn?.start();
    } catch {
      this.become('failed');
    }
  }

  async signOut(): Promise<void> {
    forgetUnsaid();
    this.become('out');
    this.left();
    await this.signIn?.end();
  }

  /** Whether an error says that the session is over; if so it is forgotten. */
  over(error: unknown): boolean {
    const over = error instanceof Refusal && error.status === 401;
    if (over) this.expire();
    return over;
  }

  /** Forgets the session on this device, without asking the issuer. */
  expire(): void {
    this.become('expired');
    this.left();
    void this.signIn?.forget();
  }

  /** What stands where the page will be once somebody has signed in. */
  gate({ t, title, note, demo, trouble }: Gate): TemplateResult {
    const { stage } = this;
    const said = trouble || (stage === 'failed' ? t.signInFailed : stage === 'expired' ? t.sessionEnded : '');
    return html`<section class="card gate"><h1>${title}</h1><p>${note}</p>
      ${demo ? html`<p class="notice">${t.signInDemo}</p>` : nothing}
      ${said ? html`<p class="notice bad" role="alert">${said}</p>` : nothing}
      <button type="button" class="primary" @click=${() => void this.enter()}>${stage === 'leaving' ? t.signingIn : t.signIn}</button></section>`;
  }

  /** Who is signed in, for the header, with the way out. */
  name(t: Catalogue): unknown {
    const { session } = this;
    return session ? html`<span class="who" title=${session.name}><span class="who-is">${t.signedInAs('')}</span>${session.name}</span><button type="button" class="quiet" @click=${() => void this.signOut()}>${t.signOut}</button>` : nothing;
  }

  /** While somebody is on the way to the issuer, or that failed, a session that is there stays. */
  private become(stage: Stage, session = stage === 'leaving' || stage === 'failed' ? this.session : undefined): void {
    this.stage = stage;
    this.session = session;
    this.host.requestUpdate();
  }
}
