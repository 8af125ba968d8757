import { Refusal } from './errors.ts';

/** Milliseconds for which nothing more is taken from where the reader is; undefined where that is not why it was refused. */
export function heldFor(error: unknown): number | undefined {
  return error instanceof Refusal && error.status === 429 ? (error.after || 60) * 1000 : undefined;
}
