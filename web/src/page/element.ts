import { LitElement } from 'lit';
import { locale, type Catalogue, type Language } from '../locale/locale.ts';
import { ignoreSecondTaps } from './second-tap.ts';

/**
 * An element that draws into the page itself, so that one style sheet and one accessibility tree hold everything, and draws itself
 * again when the language changes. On its page no second tap presses what came in the place of the first.
 */
export class PageElement extends LitElement {
  private unlisten: (() => void) | undefined;

  protected get t(): Catalogue {
    return locale().texts;
  }

  protected get language(): Language {
    return locale().language;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    ignoreSecondTaps();
    this.unlisten = locale().listen(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.unlisten?.();
    super.disconnectedCallback();
  }

  /** Moves the keyboard to an element of this one once it is drawn. */
  protected async focusOn(selector: string): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>(selector)?.focus();
  }
}
