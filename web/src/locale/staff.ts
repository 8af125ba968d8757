import { locale, type Language } from './locale.ts';
import { en } from './staff-en.ts';
import { zh, type StaffCatalogue } from './staff-zh.ts';

export type { StaffCatalogue };

export const staffCatalogues: Readonly<Record<Language, StaffCatalogue>> = { zh, en };

/** The staff's texts in the language of the page. */
export function staffTexts(): StaffCatalogue {
  return staffCatalogues[locale().language];
}
