import { isOpen } from '../contract/errors.ts';

/** Milliseconds before something is sent once more. */
const breath = 400;

/**
 * Sends what is done once however often it is sent: under one key, or because the same content gives the same thing. Without an answer it is sent once
 * more, and that answer tells what came of it; `lost` says that it took that. Throws what `send` throws the second time, or at once where that was an answer.
 */
export async function twice<A>(send: () => Promise<A>): Promise<{ answer: A; lost: boolean }> {
  try {
    return { answer: await send(), lost: false };
  } catch (error) {
    if (!isOpen(error)) throw error;
  }
  await new Promise((resolve) => { setTimeout(resolve, breath); });
  return { answer: await send(), lost: true };
}
