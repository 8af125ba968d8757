import type { Catalogue, Language } from './locale.ts';
import type { Text } from '../contract/schemas.ts';

/** A distance in metres for people: whole metres, below ten with one decimal, kilometres from 1,000 on. */
export function distance(t: Catalogue, metres: number): string {
  const number = (value: number, digits: number) => new Intl.NumberFormat(t.lang, { maximumFractionDigits: digits }).format(value);
  if (metres >= 1000) return t.kilometres(number(metres / 1000, 1));
  return t.metres(number(metres, metres < 10 ? 1 : 0));
}

/** A time (RFC 3339) as people of the jurisdiction read it, in its time zone and not the reader's. */
export function moment(t: Catalogue, timeZone: string, at: string): string {
  return new Intl.DateTimeFormat(t.lang, { timeZone, dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

/** The text in the language of the page, else in the other one. */
export function said(text: Text | undefined, language: Language): string {
  if (!text) return '';
  return text[language] || text.zh || text.en;
}
