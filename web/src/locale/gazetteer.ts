import { en } from './gazetteer-en.ts';
import { zh, type GazetteerCatalogue } from './gazetteer-zh.ts';
import { locale, type Language } from './locale.ts';

export type { GazetteerCatalogue };

export const gazetteerCatalogues: Readonly<Record<Language, GazetteerCatalogue>> = { zh, en };

/** The texts of the page of addresses in the language of the page. */
export function gazetteerTexts(): GazetteerCatalogue {
  return gazetteerCatalogues[locale().language];
}
