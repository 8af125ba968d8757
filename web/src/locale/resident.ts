import { catalogues, locale, type Catalogue, type Language } from './locale.ts';
import { en } from './resident-en.ts';
import { zh, type ResidentTexts } from './resident-zh.ts';

/** The texts of all pages and those of the residents'. */
export type ResidentCatalogue = Catalogue & ResidentTexts;

export const residentCatalogues: Readonly<Record<Language, ResidentCatalogue>> = { zh: { ...catalogues.zh, ...zh }, en: { ...catalogues.en, ...en } };

/** They in the language of the page. */
export function residentTexts(): ResidentCatalogue {
  return residentCatalogues[locale().language];
}
