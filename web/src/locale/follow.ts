import { en } from './follow-en.ts';
import { zh, type FollowCatalogue } from './follow-zh.ts';
import { locale, type Language } from './locale.ts';

export type { FollowCatalogue };

export const followCatalogues: Readonly<Record<Language, FollowCatalogue>> = { zh, en };

/** The texts about following in the language of the page. */
export function followTexts(): FollowCatalogue {
  return followCatalogues[locale().language];
}
