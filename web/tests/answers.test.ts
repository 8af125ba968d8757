import { describe, expect, it } from 'vitest';
import { mayConfirm, mayReopen, wasConfirmed } from '../src/track/answers.ts';

const events = (...kinds: ('filed' | 'resolved' | 'closed' | 'confirmed' | 'reopened' | 'noted')[]) => ({ events: kinds.map((kind) => ({ kind })) });

describe('what a reporter can answer', () => {
  it.each([['received', false], ['in_progress', false], ['resolved', true], ['closed', true], ['rejected', false], ['duplicate', false]] as const)('confirms %s: %s', (status, may) => {
    expect(mayConfirm({ status })).toBe(may);
  });
  it('reopens until the time is over', () => {
    const now = Date.parse('2026-11-25T12:00:00Z');
    expect([mayReopen({}, now), mayReopen({ reopen_until: '2026-11-25T12:00:01Z' }, now), mayReopen({ reopen_until: '2026-11-25T12:00:00Z' }, now)]).toEqual([false, true, false]);
  });
  it('was confirmed of how it was settled last', () => {
    expect(wasConfirmed(events('filed', 'resolved'))).toBe(false);
    expect(wasConfirmed(events('filed', 'resolved', 'confirmed', 'noted', 'closed'))).toBe(true);
    expect(wasConfirmed(events('filed', 'resolved', 'confirmed', 'reopened'))).toBe(false);
    expect(wasConfirmed(events('filed', 'resolved', 'confirmed', 'reopened', 'resolved'))).toBe(false);
  });
});
