import { describe, expect, it } from 'vitest';
import { Client } from '../src/contract/client.ts';
import type { QueueItem } from '../src/contract/schemas.ts';
import { takenUp, withBegun } from '../src/mine/again.ts';
import { ringsOf } from '../src/mine/fetch.ts';
import { HeldList } from '../src/mine/held.ts';
import type { Move } from '../src/mine/kept.ts';
import { casesOf, frameOf, withNow } from '../src/mine/order.ts';
import { sendAll, type Waiting } from '../src/mine/outbox.ts';
import { sendPictures, type Picture } from '../src/mine/photos.ts';
import { Refusal, Unreached } from '../src/contract/errors.ts';

const item = (report: string, more: Partial<QueueItem> = {}): QueueItem => ({
  report, version: 1, status: 'assigned', service_code: 'light', filed_at: '2026-11-25T00:00:00Z', lon: 119, lat: 32, chain: [], boundary_set: 'b', assignee: { kind: 'person', person: 'me', because: 'duty' }, ...more,
});
const move = (report: string, kind: Move['kind'], key: string, more: Partial<Move> = {}): Move => ({ key, person: 'me', report, kind, body: { version: 1 }, made: '', ...more });

/** A store in memory, as the phone's behaves. */
class Memory implements Waiting {
  readonly kept = new Map<number, Move>();
  constructor(moves: Move[]) { for (const [at, one] of moves.entries()) this.kept.set(at, one); }
  moves = async () => [...this.kept].map(([at, one]) => ({ at, move: structuredClone(one) }));
  replace = async (at: number, one: Move) => { this.kept.set(at, structuredClone(one)); };
  arrived = async (at: number, version: number) => {
    const key = this.kept.get(at)?.key;
    this.kept.delete(at);
    for (const one of this.kept.values()) if (one.behind === key) one.body.version = version;
  };
  add(one: Move): void { this.kept.set(Math.max(-1, ...this.kept.keys()) + 1, one); }
  get said(): [string, string | undefined][] { return [...this.kept.values()].map((one) => [one.key, one.refused]); }
}

/** A server that does each key once, and whose answers get lost as told. */
class Server {
  readonly versions = new Map<string, number>();
  readonly done = new Map<string, { report: string; version: number; text: string }>();
  losing = 0;
  offline = false;
  /** Happens while a request is on its way. */
  meanwhile: () => void = () => undefined;
  readonly client = new Client({ jurisdiction: 'j', fetch: async (address, init) => this.answer(String(address), init as RequestInit) });

  private answer(address: string, init: RequestInit): Response {
    this.meanwhile();
    if (this.offline) throw new TypeError('no network');
    const report = /reports\/([^/]+)\//.exec(address)?.[1] ?? '';
    const key = new Headers(init.headers).get('Idempotency-Key') ?? '';
    const body = JSON.parse(String(init.body)) as { version: number };
    const text = address + String(init.body);
    const before = this.done.get(key);
    if (before && before.text !== text) return new Response(JSON.stringify({ code: 'key_reused', message: 'changed' }), { status: 409 });
    if (!before) {
      if (body.version !== (this.versions.get(report) ?? 1)) return new Response(JSON.stringify({ code: 'conflict', message: 'changed' }), { status: 409 });
      this.versions.set(report, body.version + 1);
      this.done.set(key, { report, version: body.version + 1, text });
    }
    if (this.losing > 0) {
      this.losing--;
      throw new TypeError('the answer was lost');
    }
    return new Response(JSON.stringify({ report, version: this.done.get(key)?.version }), { status: 200 });
  }
}

const why = () => 'refused';

describe('moves that wait', () => {
  const send = async (server: Server, store: Memory) => {
    const now: [string, number][] = [];
    const { unreached } = await sendAll(server.client, 'me', store, { why, now: (one) => now.push([one.report, one.version]) });
    return { now, unreached };
  };

  it('are each made once and in order, however often answers are lost', async () => {
    const server = new Server();
    const store = new Memory([move('a', 'accepted', 'k1'), move('a', 'resolved', 'k2', { behind: 'k1' }), move('b', 'accepted', 'k3')]);
    server.losing = 1;
    expect((await send(server, store)).unreached).toBe(true);
    expect(store.kept.size).toBe(3);
    server.offline = true;
    await send(server, store);
    expect(store.kept.size).toBe(3);
    server.offline = false;
    server.losing = 0;
    const { now, unreached } = await send(server, store);
    expect([unreached, store.kept.size, now]).toEqual([false, 0, [['a', 2], ['a', 3], ['b', 2]]]);
    expect([...server.done.keys()]).toEqual(['k1', 'k2', 'k3']);
  });

  it('stay with the reason when they are refused, and so do those behind them, but not others', async () => {
    const server = new Server();
    server.versions.set('a', 7);
    const store = new Memory([move('a', 'accepted', 'k1'), move('a', 'resolved', 'k2', { behind: 'k1' }), move('b', 'accepted', 'k3'), move('c', 'accepted', 'k4', { person: 'somebody else' })]);
    await send(server, store);
    expect(store.said).toEqual([['k1', 'refused'], ['k2', 'refused'], ['k4', undefined]]);
    expect(server.versions.get('a')).toBe(7);
  });

  it('are sent after one that was refused, where they were made on the report as it is since, and not on top of that one', async () => {
    const server = new Server();
    server.versions.set('a', 7);
    const store = new Memory([move('a', 'accepted', 'k1')]);
    await send(server, store);
    // The first two were made while the phone still showed the first as waiting; the third on what was read after its refusal.
    store.add(move('a', 'remarked', 'k2', { behind: 'k1', body: { version: 7 } }));
    store.add(move('a', 'resolved', 'k3', { behind: 'k2', body: { version: 7 } }));
    store.add(move('b', 'accepted', 'k4'));
    await send(server, store);
    store.add(move('a', 'remarked', 'k5', { body: { version: 7 } }));
    store.add(move('a', 'resolved', 'k6', { behind: 'k5', body: { version: 7 } }));
    await send(server, store);
    expect(store.said).toEqual([['k1', 'refused'], ['k2', 'refused'], ['k3', 'refused']]);
    expect([...server.done.keys()]).toEqual(['k4', 'k5', 'k6']);
    expect(server.versions.get('a')).toBe(9);
  });

  it('are sent and refused in the same round when they are made while it runs', async () => {
    const server = new Server();
    server.versions.set('a', 7);
    const store = new Memory([move('a', 'accepted', 'k1'), move('b', 'accepted', 'k2')]);
    const made = [move('a', 'resolved', 'k3', { behind: 'k1', body: { version: 7 } }), move('b', 'resolved', 'k4', { behind: 'k2' })];
    server.meanwhile = () => { for (const one of made.splice(0)) store.add(one); };
    const { now } = await send(server, store);
    expect([store.said, now]).toEqual([[['k1', 'refused'], ['k3', 'refused']], [['b', 2], ['b', 3]]]);
  });
});

describe('the list', () => {
  it('is in order of deadlines, or of distance where that is known', () => {
    const reports = [item('late', { due: '2026-11-27T00:00:00Z', lon: 119.001 }), item('soon', { due: '2026-11-26T00:00:00Z', lon: 119.5 }), item('none', { lon: 119.1 }), item('done', { status: 'resolved' })];
    expect(casesOf(reports, [], undefined).map((one) => one.item.report)).toEqual(['soon', 'late', 'none']);
    expect(casesOf(reports, [], { lon: 119, lat: 32 }).map((one) => one.item.report)).toEqual(['late', 'none', 'soon']);
  });

  it('shows what was done before it is sent', () => {
    const [one] = casesOf([item('a')], [move('a', 'accepted', 'k')], undefined);
    expect([one?.status, one?.waiting.length]).toEqual(['in_progress', 1]);
    expect(casesOf([item('a')], [move('a', 'accepted', 'k', { refused: 'no' })], undefined)[0]?.status).toBe('assigned');
  });

  it('lets go of what is somebody else\'s now', () => {
    const now = [item('a', { assignee: { kind: 'queue', because: 'returned' }, status: 'returned' }), item('b', { status: 'in_progress', version: 2 })];
    expect(withNow([item('a'), item('b'), item('c')], now, 'me').map((one) => [one.report, one.version])).toEqual([['b', 2], ['c', 1]]);
  });
});

describe('the list as it is shown', () => {
  const cases = (...reports: string[]) => casesOf(reports.map((report, at) => item(report, { due: `2026-11-26T0${at}:00:00Z` })), [], undefined);
  const shown = ({ entries, fresh }: HeldList) => [entries.map(({ of, gone }) => (gone ? `(${of.item.report})` : of.item.report)).join(' '), fresh];

  it('holds its places until somebody asks', () => {
    const list = new HeldList();
    list.take(cases('a', 'b', 'c'));
    list.take(cases('new', 'c', 'a', 'newer'));
    expect(shown(list)).toEqual(['a (b) c', 2]);
    list.take(cases('new', 'c', 'b', 'a'));
    expect(shown(list)).toEqual(['a b c', 1]); // given back
    const { round } = list;
    list.ask();
    list.take(cases('new', 'c', 'a'));
    expect([...shown(list), list.round]).toEqual(['new c a', 0, round + 1]);
    list.take(cases('c'));
    expect(shown(list)).toEqual(['(new) c (a)', 0]);
  });

  it('tells what was done here from what somebody took away', () => {
    const list = new HeldList();
    const waiting = [move('a', 'resolved', 'k'), move('b', 'resolved', 'l')];
    list.take(casesOf([item('a'), item('b'), item('c')], waiting, undefined));
    list.take([], [{ move: move('b', 'resolved', 'l', { refused: 'no' }) }]);
    list.take([], [{ move: move('b', 'resolved', 'l', { refused: 'no' }) }]); // and says the same of it later
    expect(list.entries.map(({ of, gone }) => [of.item.report, gone])).toEqual([['a', 'done'], ['b', 'taken'], ['c', 'taken']]);
  });

  it('shows the new words of a case in its place, and is not made anew where it is the same', () => {
    const list = new HeldList();
    list.take(cases('a', 'b'));
    const { round } = list;
    list.take(casesOf([item('b'), item('a', { status: 'in_progress' })], [], undefined));
    expect(list.entries.map(({ of }) => [of.item.report, of.status])).toEqual([['a', 'in_progress'], ['b', 'assigned']]);
    list.ask();
    list.take(cases('a', 'b'));
    expect(list.round).toBe(round);
  });

  it('takes at once what comes into an empty one', () => {
    const list = new HeldList();
    list.take([]);
    list.take(cases('a'));
    expect(shown(list)).toEqual(['a', 0]);
    list.take([]);
    expect(shown(list)).toEqual(['(a)', 0]);
  });
});

describe('the drawing of an area', () => {
  it('keeps everything inside and north up', () => {
    const rings = ringsOf({ type: 'MultiPolygon', coordinates: [[[[119, 32], [119.01, 32], [119.01, 32.02], [119, 32]]]] });
    const frame = frameOf([{ code: 'g', name: 'g', rings }], [{ lon: 119.02, lat: 32.01 }], 320, 20);
    if (!frame) throw new Error('nothing to draw');
    for (const [lon, lat] of [[119, 32], [119.01, 32.02], [119.02, 32.01]] as const) {
      expect(frame.x(lon)).toBeGreaterThanOrEqual(19.9);
      expect(frame.x(lon)).toBeLessThanOrEqual(300.1);
      expect(frame.y(lat)).toBeGreaterThanOrEqual(19.9);
      expect(frame.y(lat)).toBeLessThanOrEqual(frame.height - 19.9);
    }
    expect(frame.y(32.02)).toBeLessThan(frame.y(32));
    expect(frameOf([], [], 320, 20)).toBeUndefined();
  });
});

describe('photos that wait', () => {
  const picture = (report: string, more: Partial<Picture> = {}): Picture => ({ blob: new Blob([report]), person: 'me', report, made: '', ...more });

  it('reach their report once each, however often answers are lost, and stay with the reason where they are refused', async () => {
    const kept = new Map([picture('a'), picture('no'), picture('b'), picture('a', { person: 'somebody else' })].map((one, at) => [at, one] as const));
    const album = {
      pictures: async () => [...kept].map(([at, one]) => ({ at, picture: one })),
      replacePicture: async (at: number, one: Picture) => { kept.set(at, one); },
      dropPicture: async (at: number) => { kept.delete(at); },
    };
    const given = new Map<string, Set<string>>();
    let uploads = 0;
    let losing = 2;
    const upload = async (): Promise<string> => {
      if (losing === 2 && losing-- > 0) throw new Unreached(new TypeError('cut before'));
      return `photo-${++uploads}`;
    };
    const client = new Client({ jurisdiction: 'j', fetch: async (address, init) => {
      const report = /reports\/([^/]+)\//.exec(String(address))?.[1] ?? '';
      if (report === 'no') return new Response(JSON.stringify({ code: 'conflict', message: 'no' }), { status: 409 });
      given.set(report, (given.get(report) ?? new Set()).add((JSON.parse(String(init?.body)) as { photo: string }).photo));
      if (losing === 1 && losing-- > 0) throw new TypeError('the answer was lost');
      return new Response(JSON.stringify({ photos: [] }), { status: 200 });
    } });
    const send = () => sendPictures(client, { photo: upload, file: async () => { throw new Refusal(400, { code: 'invalid', message: '' }); } }, 'me', album, why);
    expect([(await send()).done, (await send()).done, (await send()).done]).toEqual([false, false, true]);
    expect([...given].map(([report, ids]) => [report, [...ids]])).toEqual([['a', ['photo-1']], ['b', ['photo-3']]]);
    expect([...kept].map(([at, one]) => [at, one.refused])).toEqual([[1, 'refused'], [3, undefined]]);
  });
});

describe('the words of a step that was refused', () => {
  const refused = (kind: Move['kind'], body: Partial<Move['body']>) => move('a', kind, 'k', { body: { version: 1, ...body }, refused: 'no' });
  const now = (more: Partial<QueueItem>) => casesOf([item('a', more)], [], undefined)[0];

  it('go into the same step where the report still allows it, else into a remark, and nowhere where it is somebody else\'s', () => {
    const answer = refused('resolved', { reply: '换好了', reason: '换了灯泡' });
    expect(takenUp(answer, now({ status: 'in_progress' }), 'me')).toEqual({ kind: 'resolved', said: { code: '', reply: '换好了', reason: '换了灯泡' } });
    expect(takenUp(answer, now({ status: 'in_progress', parts_open: 2 }), 'me')).toEqual({ kind: 'remarked', said: { code: '', reply: '', reason: '换好了\n换了灯泡' } });
    expect(takenUp(answer, now({ assignee: { kind: 'person', person: 'other', because: 'duty' } }), 'me')).toBeUndefined();
    expect(takenUp(answer, undefined, 'me')).toBeUndefined();
    expect(takenUp(refused('accepted', {}), now({}), 'me')).toBeUndefined();
  });

  it('stand before what was begun for that step, each once', () => {
    expect(withBegun({ code: '', reason: '第一', reply: '' }, { code: 'other', reason: '第二', reply: '好' })).toEqual({ code: 'other', reason: '第一\n第二', reply: '好' });
    expect(withBegun({ code: '', reason: '第一', reply: '' }, { code: '', reason: '第一', reply: '' }).reason).toBe('第一');
  });
});
