import type { Client } from '../contract/client.ts';
import type { Post } from '../report/outbox.ts';
import { sendWaiting, type PhotoShelf, type WaitingPhoto } from '../report/waiting-photos.ts';

/** A photo that has to reach a report, once. */
export interface Picture extends WaitingPhoto {
  person: string;
  report: string;
  made: string;
}

export type Pictures = readonly { at: number; picture: Picture }[];

/** Where photos wait. */
export interface Album extends PhotoShelf<Picture> {
  pictures(): Promise<Pictures>;
}

/** Sends the photos of a person that wait, oldest first. Gives whether all was answered; what was not waits. */
export async function sendPictures(client: Client, post: Post, person: string, album: Album, why: (error: unknown) => string, now = Date.now): Promise<{ done: boolean; expired: boolean }> {
  const give = ({ report }: Picture, photo: string) => client.post('/v1/{jurisdiction}/reports/{report}/photos', { path: { report }, body: { photo } });
  return await sendWaiting((await album.pictures()).filter(({ picture }) => picture.person === person), album, { post, give, why, now });
}
