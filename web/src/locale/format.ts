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

/** The same for lists: without the year where it is this one. `now` is in milliseconds since 1970. */
export function brief(t: Catalogue, timeZone: string, at: string, now = Date.now()): string {
  const year = (time: number | Date) => new Intl.DateTimeFormat('en', { timeZone, year: 'numeric' }).format(time);
  const when = new Date(at);
  if (year(when) !== year(now)) return moment(t, timeZone, at);
  return new Intl.DateTimeFormat(t.lang, { timeZone, month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' }).format(when);
}

/** A moment that is past, as short as it can be told: the time where it was today, else the day. `now` is in milliseconds since 1970. */
export function briefest(t: Catalogue, timeZone: string, at: string, now = Date.now()): string {
  const day = new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short' });
  const when = new Date(at);
  const form: Intl.DateTimeFormatOptions = day.format(when) === day.format(now) ? { hour: 'numeric', minute: '2-digit' } : day.format(when).slice(-2) === day.format(now).slice(-2) ? { month: 'short', day: 'numeric' } : { dateStyle: 'short' };
  return new Intl.DateTimeFormat(t.lang, { timeZone, ...form }).format(when);
}

/** The text in the language of the page, else in the other one. */
export function said(text: Text | undefined, language: Language): string {
  if (!text) return '';
  return text[language] || text.zh || text.en;
}

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3600], ['minute', 60]];

/** How long ago a time (RFC 3339) was, in whole days, hours or minutes. `now` is in milliseconds since 1970. */
export function ago(t: Catalogue, at: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  if (seconds < 60) return t.justNow;
  const [unit, length] = steps.find(([, length]) => seconds >= length) ?? ['minute', 60] as const;
  return new Intl.RelativeTimeFormat(t.lang, { numeric: 'auto' }).format(-Math.floor(seconds / length), unit);
}
