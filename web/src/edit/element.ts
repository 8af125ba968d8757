import { editorTexts, type EditorCatalogue } from '../locale/editor.ts';
import { PageElement } from '../page/element.ts';

/** An element of the editor's page, which has texts of its own. */
export class EditorElement extends PageElement {
  protected get e(): EditorCatalogue {
    return editorTexts();
  }
}
