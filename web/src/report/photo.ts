import type { Position } from '../contract/areas.ts';
import { positionIn } from './exif.ts';

/** A photo as it is kept and sent: a JPEG without anything but its pixels. */
export interface KeptPhoto {
  blob: Blob;
  /** Its id once it was sent, and when that was, in milliseconds since 1970. */
  sent?: { id: string; at: number };
  /** It was sent before and not claimed in time. */
  again?: boolean;
}

/** What became of a file that somebody chose. */
export interface Taken {
  photo: KeptPhoto;
  /** Where it was taken by what the camera wrote, in degrees of WGS 84. It is not in the photo any more. */
  at: Position | undefined;
}

export type PhotoTrouble = 'heic' | 'unreadable';

export class PhotoRefused extends Error {
  readonly why: PhotoTrouble;

  constructor(why: PhotoTrouble, cause?: unknown) {
    super(why, { cause });
    this.why = why;
  }
}

/** Pixels of the longer edge at most, as the server's largest print has. */
const longest = 2048;
/** So many photos a report takes. */
export const MOST_PHOTOS = 3;

/** Shrinks a file to what is sent. Throws PhotoRefused. */
export async function takePhoto(file: File): Promise<Taken> {
  const head = new Uint8Array(await file.slice(0, 256 * 1024).arrayBuffer());
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch (error) {
    // Some browsers read HEIC; where one does not, the reader has to know what to do about it.
    throw new PhotoRefused(isHeic(head) ? 'heic' : 'unreadable', error);
  }
  try {
    const shrink = Math.min(1, longest / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(image.width * shrink));
    canvas.height = Math.max(1, Math.round(image.height * shrink));
    const context = canvas.getContext('2d');
    if (!context) throw new PhotoRefused('unreadable');
    context.fillStyle = '#fff'; // what is transparent would be black
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
    if (!blob) throw new PhotoRefused('unreadable');
    return { photo: { blob }, at: positionIn(head) };
  } finally {
    image.close();
  }
}

/** Whether bytes begin like HEIF with HEVC in it: a box `ftyp` of one of its brands (ISO/IEC 23008-12). */
export function isHeic(head: Uint8Array): boolean {
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  return text(4, 8) === 'ftyp' && /^(hei[cmsx]|hev[cmsx]|mif1|msf1)$/.test(text(8, 12));
}
