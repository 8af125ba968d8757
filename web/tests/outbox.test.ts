import { describe, expect, it, vi } from 'vitest';
import { Refusal, Unreached } from '../src/contract/errors.ts';
import type { Filed, ReportInput } from '../src/contract/schemas.ts';
import { emptyDraft } from '../src/report/draft.ts';
import { InPage, KeyTaken } from '../src/report/kept.ts';
import { Outbox, type Post, type Waiting } from '../src/report/outbox.ts';

const lost = () => { throw new Unreached(new Error('reset')); };
const refuse = (status: number, field?: string) => () => { throw new Refusal(status, { code: 'invalid', message: 'No.', ...(field ? { field } : {}) }); };

/** A server that files by key, as the real one does; a plan says of each request how it goes: not at all, done with the answer lost, or refused. */
class City implements Post {
  readonly filed = new Map<string, string>();
  readonly photos: Blob[] = [];
  readonly plan: ('well' | 'cut' | 'lost' | (() => never))[] = [];

  async file(key: string, body: ReportInput): Promise<Filed> {
    const how = this.plan.shift();
    if (how === 'cut') lost();
    if (typeof how === 'function') how();
    const text = JSON.stringify(body);
    const before = this.filed.get(key);
    if (before !== undefined && before !== text) throw new Refusal(422, { code: 'key_reused', message: 'Used.' });
    this.filed.set(key, text);
    if (how === 'lost') lost();
    return { tracking_code: `code of ${key}` } as Filed;
  }

  async photo(blob: Blob): Promise<string> {
    const how = this.plan.shift();
    if (how === 'cut' || how === 'lost') lost();
    if (typeof how === 'function') how();
    this.photos.push(blob);
    return `photo ${this.photos.length}`;
  }
}

function world() {
  const [kept, city] = [new InPage(), new City()];
  let now = 1_000_000;
  const clock = { pass: (ms: number) => { now += ms; } };
  const open = () => new Outbox(kept, 'demo', city, () => undefined, () => now);
  return { kept, city, clock, open };
}

const waiting = (key: string, photos = 0): Waiting => ({
  key, jurisdiction: 'demo', at: 1, body: { service_code: 'lamp', lon: 1, lat: 2, description: key, contact: { phone: '138' } },
  photos: Array.from({ length: photos }, (_, n) => ({ blob: new Blob([String(n)]) })), tried: false, lostPhotos: 0, draft: { ...emptyDraft(key), words: key },
});

describe('the outbox', () => {
  it('files at once, and keeps nothing of what was said', async () => {
    const { kept, city, open } = world();
    const now = await open().send(waiting('key-one-1'));
    expect(now.filed?.tracking_code).toBe('code of key-one-1');
    expect(city.filed.size).toBe(1);
    expect(JSON.stringify(await kept.outbox())).not.toMatch(/138|"words":"key/);
  });

  it('takes no other report under the key of one that waits', async () => {
    const { kept, city, open } = world();
    city.plan.push('cut', 'cut', 'cut');
    await open().send(waiting('key-one-1'));
    const other = { ...waiting('key-one-1'), body: { ...waiting('key-one-1').body, description: 'written in another window' } };
    await expect(open().send(other)).rejects.toMatchObject(new KeyTaken(false));
    await expect(open().send(waiting('key-one-1', 1)), 'the same with a photo is another').rejects.toMatchObject(new KeyTaken(false));
    await open().send(waiting('key-one-1')); // the same once more is the same
    expect((await kept.outbox()).map((one) => [one.body.description, one.photos.length])).toEqual([['key-one-1', 0]]);
    city.plan.length = 0;
    await open().run();
    expect([...city.filed.keys()]).toEqual(['key-one-1']);
    await expect(open().send(waiting('key-one-1')), 'of one that was filed nothing is left to compare').rejects.toMatchObject(new KeyTaken(true));
  });

  it.each([['cut'], ['lost'], ['cut', 'lost', 'cut', 'lost', 'lost']] as const)('files once although connections fail: %s', async (...plan) => {
    const { city, kept, open } = world();
    city.plan.push(...plan);
    const first = open();
    expect((await first.send(waiting('key-one-1'))).filed).toBeUndefined();
    // The browser is closed in between: another page goes on.
    const second = open();
    for (let n = 1; n < plan.length; n++) await second.run();
    await Promise.all([second.run(), second.run(), first.run()]);
    expect([...city.filed.keys()]).toEqual(['key-one-1']);
    expect((await kept.outbox())[0]?.filed?.tracking_code).toBe('code of key-one-1');
  });

  it('says that it may have arrived only where a try was left without an answer', async () => {
    const { city, kept, open } = world();
    const box = open();
    vi.stubGlobal('navigator', { onLine: false });
    city.plan.push('cut');
    expect((await box.send(waiting('key-one-1'))).unsure).toBe(false);
    vi.unstubAllGlobals();
    city.plan.push(refuse(503));
    await box.run();
    expect((await kept.outbox())[0]?.unsure, 'turned away').toBe(false);
    city.plan.push('lost', refuse(503));
    await box.run();
    await box.run();
    expect((await kept.outbox())[0]?.unsure, 'turned away after an answer was lost').toBe(true);
    await box.run();
    expect([...city.filed.keys()]).toEqual(['key-one-1']);
  });

  it('knows a server that fails from a connection that does', async () => {
    const { city, open } = world();
    city.plan.push(refuse(503), 'cut');
    const box = open();
    expect((await box.send(waiting('key-one-1'))).failing).toBe(true);
    expect((await box.send(waiting('key-two-2'))).failing).toBeUndefined();
  });

  it('sends each photo once, and the report with all of them', async () => {
    const { city, open } = world();
    city.plan.push('cut');
    const box = open();
    await box.send(waiting('key-one-1', 2));
    city.plan.length = 0;
    city.plan.push('well', 'cut');
    await box.run();
    city.plan.length = 0;
    city.plan.push('well', 'lost');
    await box.run();
    await box.run();
    expect(city.photos).toHaveLength(2);
    expect(JSON.parse(city.filed.get('key-one-1') ?? '{}').photos).toEqual(['photo 1', 'photo 2']);
  });

  it('sends photos anew that the server has no more, and the report without them if need be', async () => {
    const { city, open, clock } = world();
    city.plan.push('well', 'cut');
    const box = open();
    await box.send(waiting('key-one-1', 1));
    clock.pass(30 * 3600_000);
    city.plan.push(refuse(422, 'photos.0'));
    await box.run();
    expect(JSON.parse(city.filed.get('key-one-1') ?? '{}').photos).toEqual(['photo 2']);
    city.plan.push('well', refuse(422, 'photos'), 'well', refuse(422, 'photos'));
    const now = await box.send(waiting('key-two-2', 1));
    expect([now.lostPhotos, 'photos' in JSON.parse(city.filed.get('key-two-2') ?? '{}')]).toEqual([1, false]);
  });

  it('goes without a photo that is refused', async () => {
    const { city, open } = world();
    city.plan.push(refuse(403));
    const now = await open().send(waiting('key-one-1', 2));
    expect([now.lostPhotos, now.filed?.tracking_code]).toEqual([1, 'code of key-one-1']);
    expect(JSON.parse(city.filed.get('key-one-1') ?? '{}').photos).toEqual(['photo 1']);
  });

  it('keeps what comes when too much came from there, says until when, and files it later', async () => {
    const { city, kept, open, clock } = world();
    const tooMany = () => { throw new Refusal(429, { code: 'too_many', message: 'Later.' }, 240); };
    city.plan.push('cut', tooMany, tooMany);
    const box = open();
    await box.send(waiting('key-one-1'));
    const now = await box.send(waiting('key-two-2'));
    const before = await kept.outbox();
    expect([now.heldUntil, now.refused, now.filed, before.map((one) => one.heldUntil)]).toEqual([1_240_000, undefined, undefined, [1_240_000, 1_240_000]]);
    clock.pass(240_000);
    city.plan.length = 0;
    city.plan.push('cut');
    await box.run();
    expect((await kept.outbox()).map((one) => one.heldUntil)).toEqual([undefined, undefined]); // it is the network now that is in the way
    await box.run();
    expect([...city.filed.keys()]).toEqual(['key-one-1', 'key-two-2']);
  });

  it('keeps what is refused, and goes on with the others', async () => {
    const { city, kept, open } = world();
    city.plan.push('cut', refuse(422, 'service_code'));
    const box = open();
    await box.send(waiting('key-one-1'));
    await box.send(waiting('key-two-2'));
    await box.run();
    const all = await kept.outbox();
    expect(all.map((one) => [one.refused?.fault.field, one.filed?.tracking_code])).toEqual([['service_code', undefined], [undefined, 'code of key-two-2']]);
    expect(all[0]?.draft.words).toBe('key-one-1');
  });

  it('sends what waits when the page is seen again, or the device is online again, as long as it is asked to', async () => {
    const { city, kept, open } = world();
    const [sight, net] = [Object.assign(new EventTarget(), { visibilityState: 'hidden' }), new EventTarget()];
    for (const [name, stub] of Object.entries({ document: sight, window: net })) vi.stubGlobal(name, stub);
    const turn = async (to: 'visible' | 'hidden') => {
      sight.visibilityState = to;
      sight.dispatchEvent(new Event('visibilitychange'));
      await new Promise((done) => setTimeout(done, 50)); // far from what it would try by itself
      return [...city.filed.keys()];
    };
    const box = open();
    const end = box.start();
    await box.run();
    city.plan.push('cut', 'cut');
    await box.send(waiting('key-one-1'));
    expect(await turn('hidden')).toEqual([]);
    expect(await turn('visible'), 'a try, without a connection').toEqual([]);
    expect(city.plan).toEqual([]);
    await turn('hidden');
    expect(await turn('visible')).toEqual(['key-one-1']);
    await kept.post(waiting('key-two-2'));
    net.dispatchEvent(new Event('online'));
    await vi.waitFor(() => expect([...city.filed.keys()]).toEqual(['key-one-1', 'key-two-2']));
    end();
    await kept.post(waiting('key-three-3'));
    net.dispatchEvent(new Event('online'));
    expect(await turn('visible')).toEqual(['key-one-1', 'key-two-2']);
    vi.unstubAllGlobals();
  });

  it('leaves other jurisdictions alone', async () => {
    const { city, kept, open } = world();
    await kept.post({ ...waiting('key-one-1'), jurisdiction: 'elsewhere' });
    await open().run();
    expect(city.filed.size).toBe(0);
  });
});
