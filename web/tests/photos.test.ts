import { describe, expect, it } from 'vitest';
import { Client } from '../src/contract/client.ts';
import { formOf, PhotoTrouble, sendPhoto } from '../src/report/sending.ts';
import { emptyDraft, reportInput } from '../src/report/draft.ts';

const upload = { photo: 'P', url: 'https://store.example/up', fields: { key: 'quarantine/demo/P', policy: 'p' }, expires_at: '2026-01-01T00:00:00Z', max_bytes: 100 };

/** A server that answers what it is told, and keeps what it was asked. */
function world(statuses: string[], stored = 204) {
  const asked: string[] = [];
  const answer = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } });
  const client = new Client({ jurisdiction: 'demo', fetch: async (address, init) => {
    asked.push(`${init?.method} ${String(address)} ${String(init?.body ?? '')}`);
    if (init?.method === 'POST') return answer(upload);
    return answer({ photo: 'P', status: statuses.shift() ?? 'waiting' });
  } });
  const forms: FormData[] = [];
  const post: typeof fetch = async (address, init) => {
    asked.push(`form ${String(address)}`);
    forms.push(init?.body as FormData);
    return new Response(null, { status: stored });
  };
  return { asked, forms, sending: { client, post, pause: async () => {}, smaller: async () => new File(['s'], 'photo.jpg', { type: 'image/jpeg' }) } };
}

const photo = (bytes = 10, type = 'image/png') => new File([new Uint8Array(bytes)], 'photo', { type });

describe('sending a photo', () => {
  it('announces it, posts the form with the file last, and waits until it could be read', async () => {
    const w = world(['waiting', 'ready']);
    expect(await sendPhoto(photo(), w.sending)).toBe('P');
    expect(w.asked).toEqual(['POST /v1/demo/photos {"content_type":"image/png"}', 'form https://store.example/up', 'GET /v1/demo/photos/P ', 'GET /v1/demo/photos/P ']);
    expect([...w.forms[0]!.keys()]).toEqual(['key', 'policy', 'file']);
  });

  it('makes one that is too large smaller, and announces it as what it became', async () => {
    const w = world(['ready']);
    await sendPhoto(photo(101), w.sending);
    expect(w.asked.filter((one) => one.startsWith('POST'))).toEqual(['POST /v1/demo/photos {"content_type":"image/png"}', 'POST /v1/demo/photos {"content_type":"image/jpeg"}']);
    expect((w.forms[0]!.get('file') as File).size).toBe(1);
  });

  it.each([
    ['of another type', photo(10, 'image/gif'), [], 204, 'type'],
    ['that cannot be read', photo(), ['refused'], 204, 'unreadable'],
    ['that the store refuses', photo(), [], 403, 'network'],
  ])('says why one %s was not taken', async (_, file, statuses, stored, why) => {
    await expect(sendPhoto(file, world(statuses, stored).sending)).rejects.toEqual(new PhotoTrouble(why as PhotoTrouble['why']));
  });

  it('does not wait for ever', async () => {
    const w = world([]);
    expect(await sendPhoto(photo(), w.sending)).toBe('P');
    expect(w.asked.length).toBeLessThan(30);
  });

  it('goes with the report', () => {
    const place = { lon: 1, lat: 2, accuracy: 0 };
    expect(reportInput(emptyDraft('k'), place, {}, 'zh', {}, ['P']).photos).toEqual(['P']);
    expect('photos' in reportInput(emptyDraft('k'), place, {}, 'zh')).toBe(false);
  });

  it('keeps every field of the form', () => {
    expect(formOf(upload, photo()).get('policy')).toBe('p');
  });
});
