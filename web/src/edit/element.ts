import { editorTexts, type EditorCatalogue } from '../locale/editor.ts';
import { PageElement } from '../page/element.ts';

/** An element of the editor's page, which has texts of its own. */
export class EditorElement extends PageElement {
  protected get e(): EditorCatalogue {
    return editorTexts();
  }

  /** Leads the keyboard on, once this is drawn: back to what it was on, or to something else where that is gone or can no longer be used. `still`: the page is not scrolled to that. */
  protected leadOn(was: Element | null, otherwise: string, still = false): void {
    if (!was || was === document.body) return;
    requestAnimationFrame(() => {
      if (document.activeElement && document.activeElement !== document.body) return;
      const stays = was instanceof HTMLElement && was.isConnected && !was.matches(':disabled') ? was : this.querySelector<HTMLElement>(otherwise);
      stays?.focus({ preventScroll: still });
    });
  }
}
