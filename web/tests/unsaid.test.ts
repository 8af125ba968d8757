import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetUnsaid, keepUnsaid, unsaid } from '../src/page/unsaid.ts';

/** A tab's store, which may be full. */
class Tab {
  private readonly kept = new Map<string, string>();
  full = false;
  getItem = (key: string) => this.kept.get(key) ?? null;
  removeItem = (key: string) => { this.kept.delete(key); };
  setItem = (key: string, text: string) => {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.kept.set(key, text);
  };
}

let tab: Tab;

beforeEach(() => {
  tab = new Tab();
  vi.stubGlobal('sessionStorage', tab);
});

describe('words that wait', () => {
  it('are those of one person about one report in one form', () => {
    keepUnsaid('a', 'r1', 'split', { reason: 'x' });
    expect([unsaid('a', 'r1', 'split'), unsaid('b', 'r1', 'split'), unsaid('a', 'r2', 'split'), unsaid('a', 'r1', 'step')]).toEqual([{ reason: 'x' }, undefined, undefined, undefined]);
    keepUnsaid('a', 'r1', 'split', undefined);
    expect(unsaid('a', 'r1', 'split')).toBeUndefined();
  });

  it('are the last fifty', () => {
    for (let n = 0; n < 60; n++) keepUnsaid('a', `r${n}`, 'step', { n });
    expect([unsaid('a', 'r9', 'step'), unsaid('a', 'r10', 'step'), unsaid('a', 'r59', 'step')]).toEqual([undefined, { n: 10 }, { n: 59 }]);
  });

  it('are gone with whoever wrote them', () => {
    for (const person of ['a', 'b']) keepUnsaid(person, 'r', 'step', { of: person });
    forgetUnsaid('b');
    expect([unsaid('a', 'r', 'step'), unsaid('b', 'r', 'step')]).toEqual([undefined, { of: 'b' }]);
    forgetUnsaid();
    expect(unsaid('b', 'r', 'step')).toBeUndefined();
  });

  it('outlast nothing where the tab keeps nothing', () => {
    tab.full = true;
    keepUnsaid('a', 'r', 'step', { reason: 'x' });
    expect(unsaid('a', 'r', 'step')).toBeUndefined();
    tab.full = false;
    tab.setItem('weige.unsaid', 'not what was written here');
    expect(unsaid('a', 'r', 'step')).toBeUndefined();
  });
});
