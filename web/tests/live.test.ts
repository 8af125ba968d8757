import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refusal, Unreached } from '../src/contract/errors.ts';
import { Live, liveAddress, pause, type Line, type LiveOptions, type News } from '../src/contract/live.ts';
import type { QueueItem } from '../src/contract/schemas.ts';

const report = (id: string, version: number) => ({ report: id, version }) as QueueItem;

/** A feed as the server keeps it: the cursor counts entries, and the last few come again. */
class Feed {
  readonly asked: string[] = [];
  entries: { reports: QueueItem[]; left?: string[] }[] = [];
  fails: unknown;
  page = 100;

  readonly get = async (_path: string, asked: { query?: { cursor?: string } }): Promise<unknown> => {
    const cursor = asked.query?.cursor;
    this.asked.push(cursor ?? '');
    await Promise.resolve();
    if (this.fails) throw this.fails;
    if (cursor === undefined) return { reports: [], left: [], cursor: String(this.entries.length), more: false };
    const from = Math.max(0, Number(cursor) - 2); // what comes again
    const to = Math.min(this.entries.length, Number(cursor) + this.page);
    const part = this.entries.slice(from, to);
    return { reports: part.flatMap((one) => one.reports), left: part.flatMap((one) => one.left ?? []), cursor: String(to), more: to < this.entries.length };
  };
}

class FakeLine implements Line {
  sent: string[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  send(text: string): void { this.sent.push(text); }
  close(): void { this.closed = true; }
  say(message: unknown): void { this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) }); }
}

class FakeSight {
  visibilityState = 'visible';
  private listener: (() => void) | undefined;
  addEventListener(_: string, listener: () => void): void { this.listener = listener; }
  removeEventListener(): void { this.listener = undefined; }
  turn(to: 'visible' | 'hidden'): void {
    this.visibilityState = to;
    this.listener?.();
  }
}

function setUp(more: Partial<LiveOptions> = {}) {
  const feed = new Feed();
  const lines: FakeLine[] = [];
  const told: News[] = [];
  const sight = new FakeSight();
  const ended: unknown[] = [];
  const live = new Live({
    client: { jurisdiction: 'demo', get: feed.get as never }, token: () => 'the token', tell: (news) => told.push(news), ended: (error) => ended.push(error), every: 15_000,
    connect: () => { const line = new FakeLine(); lines.push(line); return line; }, sight, random: () => 1, ...more,
  });
  return { feed, lines, told, sight, ended, live, line: () => lines.at(-1)! };
}

const soon = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('Live', () => {
  it('begins now, asks every so often, and tells each version once though the feed repeats itself', async () => {
    const { feed, told, live } = setUp();
    feed.entries.push({ reports: [report('old', 1)] });
    live.start();
    await soon();
    expect(told).toEqual([]);
    feed.entries.push({ reports: [report('a', 1)] });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(told.at(-1)?.reports.map((one) => one.report)).toEqual(['old', 'a']); // what happened in the moment before the page was opened
    await vi.advanceTimersByTimeAsync(30_000);
    expect(told).toHaveLength(1);
    feed.entries.push({ reports: [report('a', 2)] });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(told.at(-1)?.reports).toEqual([report('a', 2)]);
    live.end();
    const { length } = feed.asked;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(feed.asked).toHaveLength(length);
  });

  it('asks at once when it is poked, and once more for pokes that come while it asks', async () => {
    const { feed, told, live, line } = setUp();
    live.start();
    await soon();
    line().onopen?.();
    expect(JSON.parse(line().sent[0]!)).toEqual({ type: 'watch', jurisdiction: 'demo', token: 'the token' });
    line().say({ type: 'watching', seconds: 900 });
    feed.entries.push({ reports: [report('a', 1)] });
    line().say({ type: 'changed' });
    for (let n = 0; n < 5; n++) line().say({ type: 'changed' });
    await soon();
    expect(told).toEqual([{ reports: [report('a', 1)], left: [] }]);
    expect(feed.asked).toHaveLength(3);
    live.end();
  });

  it('says again who it is before the time is over', async () => {
    const { live, line } = setUp();
    live.start();
    line().onopen?.();
    line().say({ type: 'watching', seconds: 100 });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(line().sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(line().sent).toHaveLength(2);
    live.end();
    expect(line().closed).toBe(true);
  });

  it('goes on asking without a line, connects again later and later, and asks when it has one again', async () => {
    const { feed, lines, live, line } = setUp();
    live.start();
    await soon();
    const waits: number[] = [];
    for (let n = 0; n < 8; n++) {
      const before = lines.length;
      line().onclose?.();
      let waited = 0;
      for (; lines.length === before && waited < 100_000; waited += 500) await vi.advanceTimersByTimeAsync(500);
      waits.push(waited / 1000);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    const { length } = feed.asked;
    expect(length).toBeGreaterThan(10);
    line().say({ type: 'watching', seconds: 900 });
    await soon();
    expect(feed.asked).toHaveLength(length + 1);
    line().onclose?.();
    const before = lines.length;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lines).toHaveLength(before + 1);
    live.end();
  });

  it('does nothing while nobody looks, and catches up when somebody does', async () => {
    const { feed, lines, told, sight, live, line } = setUp();
    live.start();
    await soon();
    sight.turn('hidden');
    expect(line().closed).toBe(true);
    line().onclose?.();
    feed.entries.push({ reports: [report('a', 1)] });
    const { length } = feed.asked;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(feed.asked).toHaveLength(length);
    expect(lines).toHaveLength(1);
    sight.turn('visible');
    await soon();
    expect(told.at(-1)?.reports).toEqual([report('a', 1)]);
    expect(lines).toHaveLength(2);
    live.end();
  });

  it('tells what can no longer be seen once, and again after it was seen meanwhile', async () => {
    const { feed, told, live } = setUp();
    live.start();
    await soon();
    const nothing = { reports: [] };
    for (const entry of [{ reports: [], left: ['a'] }, nothing, nothing, { reports: [report('a', 3)] }, nothing, nothing, { reports: [], left: ['a'] }]) {
      feed.entries.push(entry);
      await vi.advanceTimersByTimeAsync(15_000);
    }
    expect(told.map((news) => [news.reports.length, news.left.length])).toEqual([[0, 1], [1, 0], [0, 1]]);
    live.end();
  });

  it('reads on while there is more', async () => {
    const { feed, told, live } = setUp();
    live.start();
    await soon();
    feed.page = 2;
    for (let n = 0; n < 9; n++) feed.entries.push({ reports: [report(`r${n}`, 1)] });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(told.flatMap((news) => news.reports.map((one) => one.report))).toEqual([...Array(9).keys()].map((n) => `r${n}`));
    live.end();
  });

  it('goes on after a failure that may pass, begins anew with a cursor that is not known, and ends with the session', async () => {
    const { feed, told, ended, live, line } = setUp();
    live.start();
    await soon();
    feed.fails = new Unreached(undefined);
    await vi.advanceTimersByTimeAsync(15_000);
    feed.fails = undefined;
    feed.entries.push({ reports: [report('a', 1)] });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(told).toHaveLength(1);
    feed.fails = new Refusal(422, { code: 'invalid', message: 'no', field: 'cursor' });
    await vi.advanceTimersByTimeAsync(15_000);
    feed.fails = undefined;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(feed.asked.at(-1)).toBe('');
    feed.fails = new Refusal(401, { code: 'unauthorized', message: 'no' });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(ended).toHaveLength(1);
    const { length } = feed.asked;
    line().onclose?.();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(feed.asked).toHaveLength(length);
  });

  it('takes no harm from nonsense, from a refusal, or from having no WebSockets', async () => {
    const { feed, live, line, lines } = setUp();
    live.start();
    await soon();
    const { length } = feed.asked;
    for (const nonsense of ['', 'null', '[]', '{"type":7}', '{']) line().say(nonsense);
    await soon();
    expect(feed.asked).toHaveLength(length);
    line().say({ type: 'refused', error: { code: 'forbidden', message: 'no' } });
    line().onclose?.();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(lines).toHaveLength(1);
    live.end();
    const without = setUp({ connect: () => { throw new Error('no WebSockets'); } });
    without.live.start();
    await vi.advanceTimersByTimeAsync(31_000);
    expect(without.feed.asked.length).toBe(3);
    without.live.end();
  });
});

describe('pause', () => {
  it('differs from page to page, between half and the whole of what it is at most', () => {
    expect(pause(0, () => 0)).toBe(500);
    expect(pause(3, () => 0.5)).toBe(6_000);
    expect(pause(1000, () => 1)).toBe(60_000);
  });
});

it('is found at the address of the pages', () => {
  expect(liveAddress('http://127.0.0.1:8080')).toBe('ws://127.0.0.1:8080/live');
  expect(liveAddress('https://weige.example')).toBe('wss://weige.example/live');
});
