import type { Client } from '../contract/client.ts';
import { hasCode, isOpen } from '../contract/errors.ts';
import type { Post } from '../report/outbox.ts';
import type { KeptPhoto } from '../report/photo.ts';

/** A photo that has to reach a report, once. */
export interface Picture extends KeptPhoto {
  person: string;
  report: string;
  made: string;
  /** Why the server refused it; it then waits for somebody to read that and drop it. */
  refused?: string;
}

export type Pictures = readonly { at: number; picture: Picture }[];

/** Where photos wait. */
export interface Album {
  pictures(): Promise<Pictures>;
  replacePicture(at: number, picture: Picture): Promise<void>;
  dropPicture(at: number): Promise<void>;
}

/** Milliseconds after which a photo that no report has may be gone; the server keeps it for a day. */
const photoAge = 20 * 3600_000;

/**
 * Sends the photos of a person that wait, oldest first. The id of each is kept before it is given to its report, and giving it again changes
 * nothing, so that the report has it once however often that is interrupted. Gives whether all was answered; what was not waits.
 */
export async function sendPictures(client: Client, post: Post, person: string, album: Album, why: (error: unknown) => string, now = Date.now): Promise<{ done: boolean; expired: boolean }> {
  for (const { at, picture } of await album.pictures()) {
    if (picture.person !== person || picture.refused) continue;
    try {
      let { sent } = picture;
      if (!sent || now() - sent.at > photoAge) {
        sent = { id: await post.photo(picture.blob), at: now() };
        await album.replacePicture(at, { ...picture, sent });
      }
      await client.post('/v1/{jurisdiction}/reports/{report}/photos', { path: { report: picture.report }, body: { photo: sent.id } });
      await album.dropPicture(at);
    } catch (error) {
      if (hasCode(error, 'unauthorized')) return { done: false, expired: true };
      if (isOpen(error)) return { done: false, expired: false };
      await album.replacePicture(at, { ...picture, refused: why(error) });
    }
  }
  return { done: true, expired: false };
}
