import { describe, expect, it } from 'vitest';
import { personalMarks, without, type PersonalKind } from '../src/report/personal.ts';

const found = (words: string) => personalMarks(words).map((one) => [one.kind, words.slice(one.from, one.to)]);

describe('what could lead to a person', () => {
  const cases: [string, [PersonalKind, string][]][] = [
    // All of them, not the first only.
    ['打13812345678或者139 8765 4321，家里0511-85012345', [['phone', '13812345678'], ['phone', '139 8765 4321'], ['phone', '0511-85012345']]],
    ['138-1234-5678/+86 138 1234 5678/0086-13812345678', [['phone', '138-1234-5678'], ['phone', '+86 138 1234 5678'], ['phone', '0086-13812345678']]],
    ['１３８１２３４５６７８（全角）', [['phone', '１３８１２３４５６７８']]],
    ['座机(0511)8501 2345转802', [['phone', '(0511)8501 2345转802']]],
    ['电话85012345，400-820-8820', [['phone', '85012345'], ['phone', '400-820-8820']]],
    ['手机号：138 12345678', [['phone', '138 12345678']]],
    ['Call me at 555 0123 or (212) 555-0123 or +44 20 7946 0958', [['phone', '555 0123'], ['phone', '(212) 555-0123'], ['phone', '+44 20 7946 0958']]],
    ['020 7946 0958, 07700 900123, 030-1234567, 212.555.0123', [['phone', '020 7946 0958'], ['phone', '07700 900123'], ['phone', '030-1234567'], ['phone', '212.555.0123']]],
    ['身份证321102198001011234，老的320106800101123', [['identity', '321102198001011234'], ['identity', '320106800101123']]],
    ['32110219800101123x 和 321102 19800101 123X', [['identity', '32110219800101123x'], ['identity', '321102 19800101 123X']]],
    ['SSN 123-45-6789, NI AB 12 34 56 C, passport E12345678', [['identity', '123-45-6789'], ['identity', 'AB 12 34 56 C'], ['identity', 'E12345678']]],
    ['苏L12345、苏L·A1B23，新能源苏AD12345，挂车苏A1234挂，苏l8g5k2', [['plate', '苏L12345'], ['plate', '苏L·A1B23'], ['plate', '苏AD12345'], ['plate', '苏A1234挂'], ['plate', '苏l8g5k2']]],
    ['AB12 CDE, AB-123-CD, M-AB 1234, ABC-1234, 7ABC123', [['plate', 'AB12 CDE'], ['plate', 'AB-123-CD'], ['plate', 'M-AB 1234'], ['plate', 'ABC-1234'], ['plate', '7ABC123']]],
    ['license plate 8xk 221', [['plate', '8xk 221']]],
    ['写信到a.b+c@example.com或ｘ＠例.com，x@mail.example.co.uk', [['email', 'a.b+c@example.com'], ['email', 'x@mail.example.co.uk']]],
    ['苏L12345的车主13812345678住3幢201', [['plate', '苏L12345'], ['phone', '13812345678']]],
  ];
  it.each(cases)('%s', (words, want) => expect(found(words)).toEqual(want));

  it.each([
    '3幢2单元301的路灯不亮，从2026-11-25 19:30到现在', '2026年11月25日晚上', '15-2-301门口', '花了12800元', '高3.5米，宽12.25米', '水表读数00123456.5', '第1234567号通知',
    'The lamp at 12-14 High Street, since 2026/11/25 at 19:30', 'It cost 1,250,000 in 2025', 'LED lamp 24 V, 150 W', '灯杆编号 DG-0512', '苏州河边', '京东快递柜',
  ])('%s names nobody', (words) => expect(found(words)).toEqual([]));

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
