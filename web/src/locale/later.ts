import { en } from './later-en.ts';
import { zh, type LaterCatalogue } from './later-zh.ts';
import { locale, type Language } from './locale.ts';

export type { LaterCatalogue };

export const laterCatalogues: Readonly<Record<Language, LaterCatalogue>> = { zh, en };

/** The texts about what comes later on the report page, in the language of the page. */
export function laterTexts(): LaterCatalogue {
  return laterCatalogues[locale().language];
}
