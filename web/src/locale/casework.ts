import { en } from './casework-en.ts';
import { zh, type CaseworkTexts } from './casework-zh.ts';
import { locale, type Language } from './locale.ts';
import { staffCatalogues, type StaffCatalogue } from './staff.ts';

/** The texts of all staff's pages and those of one report and of changes of many. */
export type CaseworkCatalogue = StaffCatalogue & CaseworkTexts;

export const caseworkCatalogues: Readonly<Record<Language, CaseworkCatalogue>> = { zh: { ...staffCatalogues.zh, ...zh }, en: { ...staffCatalogues.en, ...en } };

/** They in the language of the page. */
export function caseworkTexts(): CaseworkCatalogue {
  return caseworkCatalogues[locale().language];
}
