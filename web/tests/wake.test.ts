import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pauseAfter, Wake } from '../src/mine/wake.ts';

const seen = Object.assign(new EventTarget(), { hidden: false });
const net = { onLine: true };

describe('the phone that is looked at', () => {
  const told: string[] = [];
  const wake = new Wake({ addController: () => undefined } as never, { again: () => told.push('again'), back: () => told.push('back'), quietly: () => told.push('quietly') });
  beforeEach(() => {
    vi.useFakeTimers();
    for (const [name, stub] of Object.entries({ document: seen, window: new EventTarget(), navigator: net })) vi.stubGlobal(name, stub);
    told.length = 0;
    wake.hostConnected();
  });
  afterEach(() => {
    wake.hostDisconnected();
    Object.assign(seen, { hidden: false });
    net.onLine = true;
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('asks once, a minute after the last answer', () => {
    wake.asked(true);
    vi.advanceTimersByTime(59_000);
    wake.asked(true);
    vi.advanceTimersByTime(59_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(600_000);
    expect(told).toEqual(['quietly']); // the next time is reckoned from the answer to this one
  });

  it('asks later and later while no answer comes, and at most every eight minutes', () => {
    expect([0, 1, 2, 3, 9].map(pauseAfter)).toEqual([1, 2, 4, 8, 8].map((minutes) => minutes * 60_000));
    wake.asked(false);
    wake.asked(false);
    vi.advanceTimersByTime(239_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(['quietly']);
  });

  it('asks nothing while hidden or without a network', () => {
    wake.asked(true);
    Object.assign(seen, { hidden: true });
    seen.dispatchEvent(new Event('visibilitychange'));
    vi.advanceTimersByTime(600_000);
    wake.asked(true);
    Object.assign(seen, { hidden: false });
    net.onLine = false;
    wake.asked(true);
    vi.advanceTimersByTime(600_000);
    expect(told).toEqual(['again']);
  });
});
