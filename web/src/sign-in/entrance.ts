import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { hasCode, sentence } from '../contract/errors.ts';
import type { Catalogue } from '../locale/locale.ts';
import { readSetting, readSettings, type Setting } from '../page/settings.ts';
import { opening, shell, type PageName } from '../page/shell.ts';
import { Account } from './account.ts';
import { rightsOf } from './rights.ts';
import type { Session } from './session.ts';

interface Frame {
  page: PageName;
  t: Catalogue;
  trouble: string;
  /** What is shown to whoever is signed in; undefined while that is still fetched. */
  content: unknown;
  /** What stands in the header before the name. */
  tools?: unknown;
}

/** What a page does when somebody came in, and when they are gone. */
interface Guests {
  entered: (setting: Setting, session: Session) => Promise<void>;
  left?: () => void;
}

/** The way into a page of staff that shows nothing without the network: it opens, asks who is there, and lets them in. */
export class Entrance extends Account {
  setting: Setting | undefined;
  private failed = false;

  constructor(host: ReactiveControllerHost, private readonly guests: Guests) {
    super(host, guests.left);
  }

  override hostConnected(): void {
    void this.begin();
  }

  private async begin(): Promise<void> {
    this.failed = false;
    this.host.requestUpdate();
    try {
      const session = await this.ask(await readSettings());
      this.setting = await readSetting(this.token);
      if (session) await this.guests.entered(this.setting, session);
    } catch {
      this.failed = true;
    }
    this.host.requestUpdate();
  }

  /** What there is to say of an error: nothing when the session is over, which the page says by itself. */
  explain(t: Catalogue, error: unknown, forbidden?: string): string {
    if (this.over(error)) return '';
    return forbidden !== undefined && hasCode(error, 'forbidden') ? forbidden : sentence(t, error);
  }

  /** The page in its frame: while it opens, the way in, or what it shows to whoever is signed in. */
  frame({ page, t, trouble, content, tools }: Frame): TemplateResult {
    const { setting, session } = this;
    const opens = !setting || (session && content === undefined && !trouble);
    const inside = session && content !== undefined;
    const shown = opens ? opening(t, this.failed, () => void this.begin())
      : inside ? content : this.gate({ t, title: t.signInTitle, note: t.signInNote, demo: setting.settings.demo, trouble });
    const few: PageName[] = setting && session && rightsOf(session, setting.client.jurisdiction).addresses ? ['edit', 'gazetteer'] : ['edit'];
    return shell({ page, t, setting, few, asking: Boolean(opens) && !this.failed, content: shown, account: inside ? html`${tools ?? nothing}${this.name(t)}` : nothing });
  }
}
