import { describe, expect, it } from 'vitest';
import type { QueueItem, Status } from '../src/contract/schemas.ts';
import { noFilters, type Filters } from '../src/dispatch/filters.ts';
import { belongs, meaning, merged } from '../src/dispatch/news.ts';

const item = (report: string, version = 1, more: Partial<QueueItem> = {}): QueueItem => ({
  report, version, status: 'assigned', service_code: 'light', lon: 0, lat: 0, chain: ['s', 'c1', 'g1'], filed_at: '2026-05-01T00:00:00Z', returns: 0,
  assignee: { kind: 'person', person: 'p' }, ...more,
} as unknown as QueueItem);

const filters = (change: Partial<Filters>): Filters => ({ ...noFilters, ...change });

describe('belongs', () => {
  const queue = { assignee: { kind: 'queue' } } as Partial<QueueItem>;
  it.each<[Partial<QueueItem>, Partial<Filters>, boolean]>([
    [{}, {}, true],
    [{ status: 'closed' as Status }, {}, false],
    [{}, { status: 'received' }, false],
    [{}, { area: 'c1' }, true],
    [{}, { area: 'c2' }, false],
    [{ chain: [] }, { area: 'c1' }, false],
    [{}, { assignee: 'p' }, true],
    [{}, { assignee: 'q' }, false],
    [{}, { assignee: 'all' }, true],
    [{}, { assignee: 'queue' }, false],
    [queue, { assignee: 'queue' }, true],
    [queue, { assignee: 'p' }, false],
  ])('%j to the list of %j: %s', (more, change, want) => {
    expect(belongs(item('a', 1, more), filters(change))).toBe(want);
  });
});

describe('meaning', () => {
  const items = [item('a', 2), item('b')];
  it('tells what is missing from what changed, and passes over what is older than what is shown', () => {
    const means = meaning({ reports: [item('a', 3), item('b', 1), item('c'), item('d', 1, { status: 'closed' as Status })], left: [] }, new Set(), items, noFilters);
    expect([...means.fresh]).toEqual(['c']);
    expect(means.changed.map((one) => `${one.report}/${one.version}`)).toEqual(['a/3']);
  });

  it('misses no more what was closed, left, or is in the list', () => {
    const missing = new Set(['b', 'c', 'd', 'e']);
    const means = meaning({ reports: [item('c', 2, { status: 'closed' as Status })], left: ['d'] }, missing, items, noFilters);
    expect([...means.fresh]).toEqual(['e']);
  });

  it('counts a report once however often it changes', () => {
    let fresh: ReadonlySet<string> = new Set();
    for (const version of [1, 2, 3]) ({ fresh } = meaning({ reports: [item('c', version)], left: [] }, fresh, items, noFilters));
    expect(fresh.size).toBe(1);
  });
});

describe('merged', () => {
  it('keeps the order and never goes back to an older version', () => {
    const now = merged([item('a', 2), item('b'), item('c', 5)], [item('c', 4), item('b', 2, { status: 'resolved' as Status }), item('x')]);
    expect(now.map((one) => `${one.report}/${one.version} ${one.status}`)).toEqual(['a/2 assigned', 'b/2 resolved', 'c/5 assigned']);
  });
});
