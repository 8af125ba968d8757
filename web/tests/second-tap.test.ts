import { describe, expect, it } from 'vitest';
import { isSecondTap } from '../src/page/second-tap.ts';

describe('a second tap', () => {
  const first = { at: 1000, x: 100, y: 200 };

  it('is one soon after and near the first, on what came in the place of what went away', () => {
    expect(isSecondTap(first, { at: 1180, x: 104, y: 197 }, false)).toBe(true);
    expect(isSecondTap(first, { at: 1180, x: 104, y: 197 }, true), 'on the same').toBe(false);
    expect(isSecondTap(first, { at: 1600, x: 104, y: 197 }, false), 'later').toBe(false);
    expect(isSecondTap(first, { at: 1180, x: 150, y: 200 }, false), 'elsewhere').toBe(false);
    expect(isSecondTap(undefined, first, false), 'alone').toBe(false);
  });
});
