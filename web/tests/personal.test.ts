import { describe, expect, it } from 'vitest';
import cases from '../../functions/internal/personal/testdata/cases.json';
import { personalMarks, publicWords, without } from '../src/report/personal.ts';

const found = (words: string) => personalMarks(words).map((one) => [one.kind, words.slice(one.from, one.to)]);

describe('what could lead to a person', () => {
  it.each(cases.found)('$words', ({ words, marks, public: all }) => {
    expect(found(words)).toEqual(marks.map((one) => [one.kind, one.text]));
    expect(publicWords(words)).toBe(all);
  });

  it.each(cases.cut)('$words is one short line', ({ words, public: line }) => expect(publicWords(words)).toBe(line));

  it('never overlaps and never leaves the text, whatever is typed', () => {
    const pieces = ['138', '1234', '5678', '-', ' ', '+86', '苏L', 'A1', '@', 'a.b', '.com', '321102', '19800101', '12', 'x', '电话', '（', '😀', '\n'];
    let seed = 7;
    const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648);
    for (let n = 0; n < 3000; n++) {
      const words = Array.from({ length: 1 + (next() % 12) }, () => pieces[next() % pieces.length]).join('');
      let end = 0;
      for (const { from, to } of personalMarks(words)) {
        expect(from >= end && to > from && to <= words.length, words).toBe(true);
        end = to;
      }
      expect(personalMarks(publicWords(words)), words).toEqual([]);
    }
  });

  it('goes away without a gap', () => {
    const words = '请打 13812345678 找我，或 0511-85012345';
    const [first, second] = personalMarks(words);
    expect(without(words, first!)).toBe('请打 找我，或 0511-85012345');
    expect(without(words, second!)).toBe('请打 13812345678 找我，或');
    expect(personalMarks(without(without(words, second!), first!))).toEqual([]);
  });
});
