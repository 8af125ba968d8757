import { describe, expect, it } from 'vitest';
import type { Tracked } from '../src/contract/schemas.ts';
import { isOlder, mayConfirm, mayReopen, wasConfirmed } from '../src/track/answers.ts';

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

describe('an answer about a report', () => {
  const tells = (report: string, ...times: string[]) => ({ report, events: times.map((at) => ({ at: `2026-11-25T${at}:00Z`, kind: 'noted' as const, assignee: {} as Tracked['assignee'] })) });
  it('is older than another that tells of more, or of something later', () => {
    const shown = tells('r', '10:00', '11:00');
    expect([tells('r', '10:00'), tells('r', '10:00', '10:30'), tells('r', '10:00', '11:00'), tells('r', '10:00', '11:00', '12:00'), tells('s', '10:00')].map((one) => isOlder(one, shown)))
      .toEqual([true, true, false, false, false]);
    expect(isOlder(shown, undefined)).toBe(false);
  });
});
