import { en } from './editor-en.ts';
import { zh, type EditorCatalogue } from './editor-zh.ts';
import { locale, type Language } from './locale.ts';

export type { EditorCatalogue };

export const editorCatalogues: Readonly<Record<Language, EditorCatalogue>> = { zh, en };

/** The editor's texts in the language of the page. */
export function editorTexts(): EditorCatalogue {
  return editorCatalogues[locale().language];
}
