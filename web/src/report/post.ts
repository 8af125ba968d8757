import type { Client } from '../contract/client.ts';
import { Refusal, Unreached } from '../contract/errors.ts';
import type { Post } from './outbox.ts';

/** Milliseconds that a photo may take on a slow line. */
const patience = 120_000;

/** Files reports and sends photos of a jurisdiction. */
export function post(client: Client, store: typeof fetch = fetch): Post {
  return {
    file: (key, body) => client.post('/v1/{jurisdiction}/reports', { key, body }),
    photo: async (blob) => {
      const { photo, url, fields } = await client.post('/v1/{jurisdiction}/photos', { body: { content_type: 'image/jpeg' } });
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', blob);
      const answer = await store(url, { method: 'POST', body: form, credentials: 'omit', referrerPolicy: 'no-referrer', signal: AbortSignal.timeout(patience) })
        .catch((error: unknown) => { throw new Unreached(error); });
      if (!answer.ok) throw new Refusal(answer.status, { code: 'invalid', message: 'The photo was not taken.' });
      return photo;
    },
  };
}
