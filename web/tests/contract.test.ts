import { describe, expect, it, vi } from 'vitest';
import { areaTree } from '../src/contract/areas.ts';
import { address, Client } from '../src/contract/client.ts';
import { fieldOf, hasCode, isOpen, isUnsent, Refusal, Unreached } from '../src/contract/errors.ts';

describe('address', () => {
  it('escapes what it is given and leaves out what it is not', () => {
    expect(address('/v1/{jurisdiction}/reports/track/{code}', 'demo', { path: { code: 'a/../b?c#d' } })).toBe('/v1/demo/reports/track/a%2F..%2Fb%3Fc%23d');
    expect(address('/v1/{jurisdiction}/queue', 'demo', { query: { area: '', assignee: 'a&b', limit: 5, cursor: undefined } })).toBe('/v1/demo/queue?assignee=a%26b&limit=5');
    expect(address('/v1/{jurisdiction}/locate', 'demo', { query: { lon: 0, lat: 0 } })).toBe('/v1/demo/locate?lon=0&lat=0');
  });
});

describe('Client', () => {
  const answering = (response: () => Response | Promise<Response>) => {
    const seen: { url: string; init: RequestInit }[] = [];
    const client = new Client({
      jurisdiction: 'demo', token: () => 'token', patience: 50,
      fetch: async (url, init) => {
        seen.push({ url: String(url), init: init ?? {} });
        return await response();
      },
    });
    return { client, seen };
  };

  it('sends key, token and body', async () => {
    const { client, seen } = answering(() => Response.json({ report: 'r' }, { status: 201 }));
    await client.post('/v1/{jurisdiction}/reports', { key: 'key-1234', body: { service_code: 'lamp', lon: 1, lat: 2, description: 'dark' } });
    expect(seen[0]?.url).toBe('/v1/demo/reports');
    expect(seen[0]?.init.headers).toMatchObject({ 'Idempotency-Key': 'key-1234', Authorization: 'Bearer token', 'Content-Type': 'application/json' });
    expect(JSON.parse(String(seen[0]?.init.body))).toEqual({ service_code: 'lamp', lon: 1, lat: 2, description: 'dark' });
  });

  it('tells a refusal from no answer', async () => {
    const ask = (response: () => Response | Promise<Response>) => answering(response).client.get('/v1/{jurisdiction}', {}).catch((error: unknown) => error);
    const refused = await ask(() => Response.json({ code: 'not_found', message: 'No.', field: 'jurisdiction' }, { status: 404 }));
    expect(refused).toBeInstanceOf(Refusal);
    expect([hasCode(refused, 'not_found'), fieldOf(refused), isOpen(refused)]).toEqual([true, 'jurisdiction', false]);
    expect(await ask(() => { throw new TypeError('Failed to fetch'); })).toBeInstanceOf(Unreached);
    expect(await ask(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))).toBeInstanceOf(Unreached);
    expect(await ask(() => Response.json('a portal that answers for everybody', { status: 403 }))).toBeInstanceOf(Unreached);
  });

  it('knows what was not sent from what may have been done', async () => {
    const ask = (online: [before: boolean, after: boolean]) => {
      vi.stubGlobal('navigator', { get onLine() { return online.shift(); } });
      return answering(() => { throw new TypeError('Failed to fetch'); }).client.get('/v1/{jurisdiction}', {}).catch((error: unknown) => [isOpen(error), isUnsent(error)]);
    };
    expect([await ask([false, false]), await ask([true, true]), await ask([true, false]), await ask([false, true])]).toEqual([[true, true], [true, false], [true, false], [true, false]]);
    vi.unstubAllGlobals();
    expect([isUnsent(new Refusal(503, { code: 'undecided', message: '' })), isUnsent(new Unreached(undefined))]).toEqual([false, false]);
  });

  it('treats what the server could not decide as open', () => {
    for (const [status, code, open] of [[503, 'undecided', true], [500, 'internal', true], [429, 'unavailable', true], [422, 'invalid', false], [409, 'conflict', false]] as const) {
      expect(isOpen(new Refusal(status, { code, message: '' })), code).toBe(open);
    }
    expect(isOpen(new Unreached(undefined))).toBe(true);
  });
});

describe('areaTree', () => {
  const feature = (level: string, code: string, parent?: string) => ({ properties: { level, code, name: `名${code}`, label: [119, 32], ...(parent ? { parent } : {}) } });
  const tree = areaTree([feature('community', '2'), feature('community', '1'), feature('grid', '110', '1'), feature('grid', '19', '1'), feature('micro', '1101', '110')],
    [{ level: 'grid', name: { zh: '网格', en: 'Grid' } }]);

  it('knows levels, children and chains', () => {
    expect(tree.levels.map((one) => one.name.en)).toEqual(['community', 'Grid', 'micro']);
    expect(tree.of(0).map((one) => one.code)).toEqual(['1', '2']);
    expect(tree.of(1, '1').map((one) => one.code)).toEqual(['19', '110']);
    expect(tree.of(1, '2')).toEqual([]);
    expect(tree.chain('1101').map((one) => one.code)).toEqual(['1', '110', '1101']);
    expect(tree.name('gone')).toBe('gone');
  });

  it('ends the walk up even where an area is its own parent', () => {
    expect(areaTree([feature('a', 'x', 'x')], undefined).chain('x')).toHaveLength(1);
  });

  it('leaves out features that are no areas', () => {
    expect(areaTree([{ properties: null }, { properties: { code: 1 } }, {}], undefined).size).toBe(0);
  });
});
