import type { Client } from '../contract/client.ts';
import { post } from '../report/post.ts';
import type { Store } from './kept.ts';
import { learn, sendAll, type Told } from './outbox.ts';
import { sendPictures } from './photos.ts';

/** Sends all of a person that waits on this phone. Gives whether the sign-in has expired. */
export async function sendKept(client: Client, person: string, store: Store, told: Told): Promise<{ expired: boolean }> {
  const { expired, unreached } = await sendAll(client, person, store, told);
  if (expired || unreached) return { expired };
  await learn(client, person, store);
  // Photos come last, so that no step waits for one.
  return await sendPictures(client, post(client), person, store, told.why);
}

/** Sends a photo that no phone keeps. */
export async function sendPhoto(client: Client, report: string, blob: Blob): Promise<void> {
  await client.post('/v1/{jurisdiction}/reports/{report}/photos', { path: { report }, body: { photo: await post(client).photo(blob) } });
}
