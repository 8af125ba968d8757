/** What in somebody's words could lead to a person. */
export type PersonalKind = 'email' | 'identity' | 'plate' | 'phone';

/** A stretch of a text, by UTF-16 positions as `slice` takes them. */
export interface Mark {
  kind: PersonalKind;
  from: number;
  to: number;
}

const provinces = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使';
const day = '(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])';
const gap = '[ -]?';

/**
 * Forms by kind, the surer ones first: what one has taken, later ones leave alone. They name too much rather than too little, since they only point something out; but
 * dates, house numbers and amounts of money must stay unmarked. A group, where there is one, is the stretch itself.
 * Identity numbers after GB 11643-1999 (18 digits) and its predecessor of 15; plates after GA 36-2018.
 */
const forms: readonly [PersonalKind, RegExp][] = [
  ['email', /[\w.%+-]+@[\w-]+(?:\.[\w-]+)+/giu],
  ['identity', new RegExp(`(?<![\\dA-Z])[1-9]\\d{5}${gap}(?:18|19|20)\\d{2}${day}${gap}\\d{3}[\\dX](?![\\dA-Z])`, 'gi')],
  ['identity', new RegExp(`(?<![\\dA-Z])[1-9]\\d{5}\\d{2}${day}\\d{3}(?![\\dA-Z])`, 'gi')],
  ['identity', /(?<![\d-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])/g], // social security number, United States
  ['identity', /\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/g], // national insurance number, United Kingdom
  ['identity', /(?<![\dA-Z])[EGH]\d{8}(?![\dA-Z])/gi], // passports and travel permits
  ['plate', new RegExp(`[${provinces}][A-HJ-NP-Z][ ·•.-]?(?=[A-Z\\d]*\\d)(?:[A-HJ-NP-Z\\d]{5,6}|[A-HJ-NP-Z\\d]{4}[挂学警港澳领])(?![A-Z\\d])`, 'gi')],
  ['plate', /(?<![A-Z\d-])(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{2}-\d{3}-[A-Z]{2}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?|[A-Z]{3}[- ]\d{4}|\d[A-Z]{3}\d{3})(?![A-Z\d-])/g],
  ['plate', /(?:车牌|牌照|\b(?:licen[cs]e|registration|number) plate|\bplate(?: number| no\.?)?)(?:号码?)?(?:是|为|is)?[ :]*((?=[A-Z \d-]*\d)[A-Z\d](?:[ -]?[A-Z\d]){3,7})(?![A-Z\d])/gi],
  ['phone', /(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)/g],
  ['phone', /(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{3}[ -]?\d{5}(?!\d)/g],
  ['phone', /(?<![\d+])(?:\+[1-9]\d{0,2}(?:[ ().-]{0,2}\d){6,12}|00[1-9]\d?(?:[ -]?\d){8,11})(?![\d.]\d|\d)/g],
  ['phone', /(?<![\d.,-])\(?0[1-9]\d{0,3}\)?[ -]?\d{3,4}[ -]?\d{3,4}(?:(?:[ -]*(?:转|ext\.?)[ ]?|-)\d{1,6})?(?![\d-]|\.\d)/gi],
  ['phone', /(?<![\d.,-])(?:1[ .-])?\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}(?![\d-])/g],
  ['phone', /(?:电话|手机|座机|热线|号码|QQ|微信|\b(?:tel|phone|telephone|mobile|call|text)(?: me)?(?: at| on)?)(?:号码?|number)?(?:是|为|is)?[.: ]*(\d(?:[ -]?\d){5,14})(?![\d.])/gi],
];

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

/** Full-width letters, digits and signs but the comma as their narrow forms, at the same positions: people type both. */
function halfWidth(words: string): string {
  return words.replace(/[\uff01-\uff0b\uff0d-\uff5e\u3000\u2010-\u2015]/g, (sign) =>
    sign === '\u3000' ? ' ' : sign < '\u3000' ? '-' : String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
}
