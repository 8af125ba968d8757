import { en } from './files-en.ts';
import { zh, type FilesCatalogue } from './files-zh.ts';
import { locale, type Language } from './locale.ts';

export type { FilesCatalogue };

export const filesCatalogues: Readonly<Record<Language, FilesCatalogue>> = { zh, en };

/** The texts about files that go out and come in, in the language of the page. */
export function filesTexts(): FilesCatalogue {
  return filesCatalogues[locale().language];
}
