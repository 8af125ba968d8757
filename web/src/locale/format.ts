import type { Catalogue, Language } from './locale.ts';
import type { Text } from '../contract/schemas.ts';

/** A distance in metres for people: whole metres, below ten with one decimal, kilometres from 1,000 on. */
export function distance(t: Catalogue, metres: number): string {
  const number = (value: number, digits: number) => new Intl.NumberFormat(t.lang, { maximumFractionDigits: digits }).format(value);
  if (metres >= 1000) return t.kilometres(number(metres / 1000, 1));
  return t.metres(number(metres, metres < 10 ? 1 : 0));
}

const forms = {
  moment: { dateStyle: 'medium', timeStyle: 'short' },
  brief: { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' },
  clock: { hour: 'numeric', minute: '2-digit' },
  monthDay: { month: 'short', day: 'numeric' },
  day: { dateStyle: 'short' },
  year: { year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** A language as the browser's reader has it, with their region, which tells dates in its own order; as it is where they name none. */
export function regional(language: string, preferred: readonly string[] = globalThis.navigator?.languages ?? []): string {
  const own = new RegExp(`^${language.slice(0, 2)}-[a-z]{2}$`, 'i');
  return preferred.find((tag) => own.test(tag)) ?? language;
}

// Making one takes many times as long as using it, and a list has hundreds of times.
const made = new Map<string, Intl.DateTimeFormat>();

function told(form: keyof typeof forms, language: string, timeZone: string, at: Date | number): string {
  const name = `${form} ${language} ${timeZone}`;
  let format = made.get(name);
  if (!format) made.set(name, (format = new Intl.DateTimeFormat(regional(language), { timeZone, ...forms[form] })));
  return format.format(at);
}

/** A time (RFC 3339) as people of the jurisdiction read it, in its time zone and not the reader's. */
export function moment(t: Catalogue, timeZone: string, at: string): string {
  return told('moment', t.lang, timeZone, new Date(at));
}

/** Whether two times fall into the same day, or year, in a time zone. */
function same(form: 'day' | 'year', timeZone: string, one: Date, other: number): boolean {
  return told(form, 'en', timeZone, one) === told(form, 'en', timeZone, other);
}

/** The same for lists: without the year where it is this one. `now` is in milliseconds since 1970. */
export function brief(t: Catalogue, timeZone: string, at: string, now = Date.now()): string {
  const when = new Date(at);
  return told(same('year', timeZone, when, now) ? 'brief' : 'moment', t.lang, timeZone, when);
}

/** A moment that is past, as short as it can be told: the time where it was today, else the day. `now` is in milliseconds since 1970. */
export function briefest(t: Catalogue, timeZone: string, at: string, now = Date.now()): string {
  const when = new Date(at);
  return told(same('day', timeZone, when, now) ? 'clock' : same('year', timeZone, when, now) ? 'monthDay' : 'day', t.lang, timeZone, when);
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
