import { hasCode, isOpen } from '../contract/errors.ts';
import type { Post } from './outbox.ts';
import type { KeptPhoto } from './photo.ts';

/** A photo that waits on this device to be given to a report that was filed before. */
export interface WaitingPhoto extends KeptPhoto {
  /** Why the server refused it; it then waits for somebody to read that and drop it. */
  refused?: string;
}

/** Where it waits. */
export interface PhotoShelf<P extends WaitingPhoto> {
  replacePicture(at: number, picture: P): Promise<void>;
  dropPicture(at: number): Promise<void>;
}

export interface Giving<P> {
  post: Pick<Post, 'photo'>;
  /** Gives one that was sent to its report; doing it again changes nothing. */
  give(picture: P, id: string): Promise<unknown>;
  why(error: unknown): string;
  now?: () => number;
}

/** Milliseconds after which a photo that no report has may be gone; the server keeps it for a day. */
const photoAge = 20 * 3600_000;

/**
 * Sends photos that wait, in this order. The id of each is kept before it is given to its report, and giving it again changes nothing, so that
 * the report has it once however often that is interrupted. Gives whether all was answered; what was not waits.
 */
export async function sendWaiting<P extends WaitingPhoto>(all: readonly { at: number; picture: P }[], shelf: PhotoShelf<P>, { post, give, why, now = Date.now }: Giving<P>): Promise<{ done: boolean; expired: boolean }> {
  for (const { at, picture } of all) {
    if (picture.refused !== undefined) continue;
    try {
      let { sent } = picture;
      if (!sent || now() - sent.at > photoAge) {
        sent = { id: await post.photo(picture.blob), at: now() };
        await shelf.replacePicture(at, { ...picture, sent });
      }
      await give(picture, sent.id);
      await shelf.dropPicture(at);
    } catch (error) {
      if (hasCode(error, 'unauthorized')) return { done: false, expired: true };
      if (isOpen(error)) return { done: false, expired: false };
      await shelf.replacePicture(at, { ...picture, refused: why(error) });
    }
  }
  return { done: true, expired: false };
}
