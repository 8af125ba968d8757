import golden from '../gen/personal.json';

/** What in somebody's words could lead to a person. */
export type PersonalKind = 'email' | 'identity' | 'plate' | 'phone';

/** A stretch of a text, by UTF-16 positions as `slice` takes them. */
export interface Mark {
  kind: PersonalKind;
  from: number;
  to: number;
}

/** The forms by kind, the surer ones first; the server looks for the same and says in its package personal what each of them is. */
const forms = golden.forms.map((one) => [one.kind as PersonalKind, new RegExp(one.form, one.fold ? 'gi' : 'g')] as const);

/** Every telephone number, identity number, number plate and e-mail address in a text, in its order; none overlaps another. */
export function personalMarks(words: string): Mark[] {
  const text = halfWidth(words);
  const marks: Mark[] = [];
  for (const [kind, form] of forms) {
    for (const found of text.matchAll(form)) {
      const stretch = kind === 'plate' || kind === 'phone' ? (found[1] ?? found[0]) : found[0];
      const from = found.index + found[0].lastIndexOf(stretch);
      const to = from + stretch.length;
      if (!marks.some((one) => from < one.to && one.from < to)) marks.push({ kind, from, to });
    }
  }
  return marks.sort((a, b) => a.from - b.from);
}

/** The text without a stretch of it, and without the gap that it would leave. */
export function without(words: string, { from, to }: Pick<Mark, 'from' | 'to'>): string {
  const [before, after] = [words.slice(0, from), words.slice(to)];
  const gap = /[\s　]$/.test(before) || before === '' ? after.replace(/^[ \t　]+/, '') : after;
  return /^[\s　]*$/.test(gap) ? before.trimEnd() : before + gap;
}

/** What anybody may read of somebody's words, exactly as the server makes it: on one line, all that is personal covered, and no longer than is needed to judge. */
export function publicWords(words: string): string {
  const line = covered(words.replace(/[\u00ad\u200b\u200e\u200f\ufeff\u202a-\u202e\u2060-\u2069]/g, '').replace(/[ \t\n\r\u00a0\u3000\u2000-\u200a\u2028\u2029]+/g, ' ').replace(/^ | $/g, ''));
  const characters = [...line];
  return characters.length <= golden.most ? line : covered(`${characters.slice(0, golden.most - 1).join('').replace(/ +$/, '')}…`);
}

/** What stood beside something else can be found once that is gone. */
function covered(line: string): string {
  for (let marks = personalMarks(line); marks.length > 0; marks = personalMarks(line)) {
    line = marks.reduceRight((text, { from, to }) => text.slice(0, from) + golden.covered + text.slice(to), line);
  }
  return line;
}

/** Full-width letters, digits and signs but the comma as their narrow forms, at the same positions: people type both. */
function halfWidth(words: string): string {
  return words.replace(/[\uff01-\uff0b\uff0d-\uff5e\u3000\u2010-\u2015]/g, (sign) =>
    sign === '\u3000' ? ' ' : sign < '\u3000' ? '-' : String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
}
