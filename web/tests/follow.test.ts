import { describe, expect, it } from 'vitest';
import { followCatalogues } from '../src/locale/follow.ts';
import { linkIn } from '../src/subscribe/link.ts';

describe('catalogues of followers', () => {
  const zh: Record<string, unknown> = followCatalogues.zh;
  const en: Record<string, unknown> = followCatalogues.en;
  const text = (value: unknown): string => (typeof value === 'function' ? (value as (gap: string) => string)('gap') : String(value));
  it('hold the same keys, none empty, none left in the other language, each with its gap', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const key of Object.keys(zh)) {
      expect(text(zh[key]), key).toMatch(/[\u4e00-\u9fff]/);
      expect(text(en[key]), key).toMatch(/^[^\u4e00-\u9fff]+$/);
      expect(typeof en[key], key).toBe(typeof zh[key]);
      if (typeof zh[key] === 'function') for (const one of [zh, en]) expect(text(one[key]), key).toContain('gap');
    }
  });
});

describe('link of a mail', () => {
  const token = 'bRlpt6c3zQkaFQLevqaIQznOCwddMVB0G98iVzwhfMZ_';
  it.each(['confirm', 'manage', 'end', 'report'])('to %s', (what) => {
    expect(linkIn(`#${what}=${token}`)).toEqual({ what, token });
  });
  it.each(['', '#', `#${token}`, `#other=${token}`, `#end=${token}x`, '#end=', '#report=<b>', '#ABCD-EFGH'])('is none in %s', (hash) => {
    expect(linkIn(hash)).toBeUndefined();
  });
});
