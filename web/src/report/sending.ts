import type { Client } from '../contract/client.ts';
import type { Catalogue } from '../locale/locale.ts';
import type { PhotoUpload } from '../contract/schemas.ts';

/** At most this many photos go with a report, as the contract says. */
export const MOST_PHOTOS = 3;

export const photoTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
type PhotoType = (typeof photoTypes)[number];

/** Why a photo could not be sent. */
export class PhotoTrouble extends Error {
  readonly why: 'type' | 'large' | 'unreadable' | 'network';

  constructor(why: PhotoTrouble['why']) {
    super(why);
    this.name = 'PhotoTrouble';
    this.why = why;
  }
}

/** The sentence about it. */
export function photoTrouble(t: Catalogue, error: unknown): string {
  return error instanceof PhotoTrouble ? t[`photo_${error.why}`] : t.photo_network;
}

export interface Sending {
  client: Client;
  /** Makes a picture that is too large for the form smaller. */
  smaller?: (file: File) => Promise<File>;
  post?: typeof fetch;
  /** Waits so many milliseconds between two questions whether it could be read. */
  pause?: (milliseconds: number) => Promise<void>;
}

const looks = 20;

/** Sends a photo and gives its id, as soon as it is known that it can be read, or that telling will take longer than anybody waits. */
export async function sendPhoto(file: File, { client, smaller = scaledDown, post = fetch, pause = wait }: Sending): Promise<string> {
  if (!isType(file.type)) throw new PhotoTrouble('type');
  let upload = await client.post('/v1/{jurisdiction}/photos', { body: { content_type: file.type } });
  let sent: File = file;
  if (file.size > upload.max_bytes) {
    sent = await smaller(file);
    if (sent.size > upload.max_bytes) throw new PhotoTrouble('large');
    if (sent.type !== file.type) upload = await client.post('/v1/{jurisdiction}/photos', { body: { content_type: 'image/jpeg' } });
  }
  const response = await post(upload.url, { method: 'POST', body: formOf(upload, sent), credentials: 'omit', referrerPolicy: 'no-referrer' });
  if (!response.ok) throw new PhotoTrouble('network');
  for (let look = 0; look < looks; look++) {
    const { status } = await client.get('/v1/{jurisdiction}/photos/{photo}', { path: { photo: upload.photo } });
    if (status === 'ready') break;
    if (status === 'refused') throw new PhotoTrouble('unreadable');
    await pause(250 + 100 * look);
  }
  return upload.photo;
}

/** The form as the store wants it: the file comes last. */
export function formOf(upload: PhotoUpload, file: File): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append('file', file);
  return form;
}

function isType(type: string): type is PhotoType {
  return (photoTypes as readonly string[]).includes(type);
}

const wait = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

/** Longest edge, in pixels, of what is made of a picture that is too large; more than any print has. */
const longest = 4096;

async function scaledDown(file: File): Promise<File> {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    if (blob) return new File([blob], 'photo.jpg', { type: 'image/jpeg' });
  } catch {
    // Not readable here; perhaps not at all.
  }
  throw new PhotoTrouble('unreadable');
}
