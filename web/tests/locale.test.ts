import { describe, expect, it } from 'vitest';
import { briefest, distance, moment, regional, said } from '../src/locale/format.ts';
import { catalogues, firstLanguage } from '../src/locale/locale.ts';
import { editorCatalogues } from '../src/locale/editor.ts';
import { filesCatalogues } from '../src/locale/files.ts';
import { gazetteerCatalogues } from '../src/locale/gazetteer.ts';
import { lateCatalogues } from '../src/locale/late.ts';
import { laterCatalogues } from '../src/locale/later.ts';
import { residentCatalogues } from '../src/locale/resident.ts';
import { staffCatalogues } from '../src/locale/staff.ts';
import { caseworkCatalogues } from '../src/locale/casework.ts';
import { followCatalogues } from '../src/locale/follow.ts';
import { sentence, Refusal, Unreached } from '../src/contract/errors.ts';

const { zh, en } = catalogues;

describe.each([
  ['everybody', catalogues as Record<string, object>],
  ['residents', residentCatalogues as Record<string, object>],
  ['what comes later on the report page', laterCatalogues as Record<string, object>],
  ['photos that are sent later', lateCatalogues as Record<string, object>],
  ['staff', staffCatalogues as Record<string, object>],
  ['casework', caseworkCatalogues as Record<string, object>],
  ['files of the dispatch page', filesCatalogues as Record<string, object>],
  ['editors', editorCatalogues as Record<string, object>],
  ['followers', followCatalogues as Record<string, object>],
  ['keepers of addresses', gazetteerCatalogues as Record<string, object>],
])('catalogues of %s', (_, of) => {
  const { zh, en } = of as { zh: Record<string, unknown>; en: Record<string, unknown> };
  const keys = Object.keys(zh);
  it('hold the same keys, none empty, none left in the other language', () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort());
    const chinese = /[\u4e00-\u9fff]/;
    for (const key of keys) {
      const text = (catalogue: typeof zh) => {
        const value = catalogue[key];
        return typeof value === 'string' ? value : (value as (...gaps: string[]) => string)('1', '2');
      };
      expect(text(zh), key).not.toBe('');
      expect(text(en), key).not.toBe('');
      if (key !== 'languageSwitch') expect(text(en), key).not.toMatch(chinese);
    }
  });

  it('use every gap they are given', () => {
    for (const [language, catalogue] of Object.entries({ zh, en })) {
      for (const key of keys) {
        const value = catalogue[key];
        if (typeof value !== 'function' || key === 'listCount') continue;
        const gaps = Array.from({ length: value.length }, (_, at) => `gap${at}`);
        const text = (value as (...gaps: string[]) => string)(...gaps);
        for (const gap of gaps) expect(text, `${language} ${key}`).toContain(gap);
      }
    }
  });
});

describe('firstLanguage', () => {
  it.each([
    [null, ['zh-CN', 'en'], 'zh'],
    [null, ['en-GB', 'zh'], 'en'],
    [null, ['de', 'zh-TW'], 'zh'],
    [null, ['de'], 'en'],
    ['en', ['zh-CN'], 'en'],
    ['fr', ['zh-CN'], 'zh'],
  ])('chosen %s, browser %s: %s', (chosen, preferred, language) => {
    expect(firstLanguage(chosen, preferred)).toBe(language);
  });
});

describe('formats', () => {
  it.each([
    [0.04, '0 m', '0 米'], [3.14, '3.1 m', '3.1 米'], [9.96, '10 m', '10 米'], [42.6, '43 m', '43 米'],
    [999.4, '999 m', '999 米'], [1234, '1.2 km', '1.2 公里'],
  ])('%d metres', (metres, english, chinese) => {
    expect(distance(en, metres)).toBe(english);
    expect(distance(zh, metres)).toBe(chinese);
  });

  it('tells times in the zone of the jurisdiction, not the reader', () => {
    expect(moment(zh, 'Asia/Shanghai', '2026-03-01T23:30:00Z')).toContain('2日');
    expect(moment(en, 'America/New_York', '2026-03-01T23:30:00Z')).toMatch(/Mar 1\b|\b1 Mar/); // whichever region the reader's English is of
  });

  it.each([
    ['en', ['zh-CN', 'en', 'en-GB', 'en-US'], 'en-GB'], ['en', ['de-DE', 'zh-CN'], 'en'], ['en', [], 'en'], ['en', ['en-US@posix', 'en-u-ca-buddhist'], 'en'],
    ['zh-CN', ['en-GB', 'zh-HK'], 'zh-HK'], ['zh-CN', ['en-GB', 'zh-Hant-TW'], 'zh-CN'],
  ])('tells dates of %s to whoever reads %j as in %s', (language, preferred, as) => {
    expect(regional(language, preferred)).toBe(as);
  });

  it('counts in words what looks like personal information', () => {
    expect(residentCatalogues.en.marksTitle('1')).toBe('1 place here looks like personal information.');
    expect(residentCatalogues.en.marksTitle('2')).toBe('2 places here look like personal information.');
  });

  it('falls back to the other language', () => {
    expect(said({ zh: '队列', en: '' }, 'en')).toBe('队列');
    expect(said(undefined, 'en')).toBe('');
  });
});

describe('sentence', () => {
  const refusal = (code: string) => new Refusal(422, { code, message: 'The server says it.' });
  it('lets the server speak in English, and speaks by code in Chinese', () => {
    expect(sentence(en, refusal('invalid'))).toBe('The server says it.');
    expect(sentence(zh, refusal('invalid'))).toBe(zh.fault_invalid);
    expect(sentence(zh, refusal('a code of tomorrow'))).toBe('The server says it.');
    expect(sentence(zh, new Unreached(undefined))).toBe(zh.fault_network);
  });
});

describe('a moment that is past', () => {
  const now = Date.parse('2026-11-26T04:00:00Z');
  const told = (at: string) => briefest(catalogues.zh, 'Asia/Shanghai', at, now);
  it('is told by the clock today, by the day this year, and with the year before', () => {
    expect(told('2026-11-25T17:30:00Z')).toBe('1:30'); // it is today there already
    expect(told('2026-11-25T15:30:00Z')).toBe('11月25日');
    expect(told('2025-12-31T15:30:00Z')).toBe('2025/12/31');
  });
});
