import { describe, expect, it } from 'vitest';
import { Client } from '../src/contract/client.ts';
import { exportAddress, wholeFile, type Wanted } from '../src/dispatch/exporting.ts';

const wanted: Wanted = { kind: 'reports', format: 'csv', from: '2026-11-01', until: '2026-11-02', area: 'c1' };

/** A server that reads a file out in parts. */
function parts(texts: string[]) {
  const asked: string[] = [];
  const client = new Client({ jurisdiction: 'demo', token: () => 'T', fetch: async (address, init) => {
    asked.push(`${String(address)} ${(init?.headers as Record<string, string>)['Authorization']}`);
    const left = texts.length - asked.length;
    return new Response(texts[asked.length - 1], { headers: left > 0 ? { Link: `</v1/demo/exports/reports?cursor=${asked.length}>; rel="next"` } : {} });
  } });
  return { asked, client };
}

describe('reading a file out', () => {
  it('asks for whole days, the last one included', () => {
    const query = new URL(exportAddress('demo', wanted), 'http://x').searchParams;
    expect(Date.parse(query.get('until')!) - Date.parse(query.get('from')!)).toBe(2 * 24 * 3600 * 1000);
    expect(new Date(query.get('from')!).getHours()).toBe(0);
    expect(query.get('area')).toBe('c1');
    expect(exportAddress('demo', { ...wanted, kind: 'areas' })).toBe('/v1/demo/exports/areas?format=csv');
  });

  it('makes one table of all parts, with one header', async () => {
    const { asked, client } = parts(['a,b\r\n1,2\r\n', 'a,b\r\n"3\r\n",4\r\n', 'a,b\r\n']);
    const bytes = new Uint8Array(await (await wholeFile(client, wanted, 'demo')).arrayBuffer());
    expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)).toBe('\ufeffa,b\r\n1,2\r\n"3\r\n",4\r\n');
    expect(asked[1]).toBe('/v1/demo/exports/reports?cursor=1 Bearer T');
    expect(asked.length).toBe(3);
  });

  it('makes one collection of all parts', async () => {
    const { client } = parts(['{"type":"FeatureCollection","features":[1,2]}', '{"type":"FeatureCollection","features":[3]}']);
    expect(JSON.parse(await (await wholeFile(client, { ...wanted, format: 'geojson' }, 'demo')).text())).toEqual({ type: 'FeatureCollection', features: [1, 2, 3] });
  });

  it('sends a file as it is', async () => {
    let sent: RequestInit | undefined;
    const client = new Client({ jurisdiction: 'demo', fetch: async (_, init) => { sent = init; return new Response('{"filed":1}'); } });
    await client.send('/v1/{jurisdiction}/imports', { query: { source: '12345', dry_run: true }, file: new Blob(['x'], { type: 'text/csv' }) });
    expect((sent?.headers as Record<string, string>)['Content-Type']).toBe('text/csv');
    expect(await (sent?.body as Blob).text()).toBe('x');
  });
});
