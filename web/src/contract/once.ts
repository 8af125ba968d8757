import { hasCode, isOpen } from './errors.ts';

/** A new idempotency key. `randomUUID` exists on secure pages only; an office may serve the client by plain HTTP in its own network. */
export function newKey(random: Crypto = crypto): string {
  if (typeof random.randomUUID === 'function') return random.randomUUID();
  const bytes = random.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What came of sending: the server's answer, and whether it is the answer to an earlier wording of the same draft. */
export interface Sent<A> {
  answer: A;
  earlier: boolean;
}

/**
 * Sends one thing so that the server does it once, however often the connection fails and however often the words are changed between
 * two tries. One key stands for the whole draft. When the outcome of a try is open, its body is remembered; when a later body meets
 * `key_reused`, one of the remembered ones had arrived, and sending that one again fetches its answer.
 */
export class Once<B, A> {
  /** Bodies whose outcome is open, oldest first. */
  private open: B[] = [];
  private readonly post: (key: string, body: B) => Promise<A>;

  constructor(post: (key: string, body: B) => Promise<A>) {
    this.post = post;
  }

  /** Throws what `post` throws; the same draft may then be sent again, changed or not, with the same key. */
  async send(key: string, body: B): Promise<Sent<A>> {
    try {
      return this.done(await this.post(key, body), false);
    } catch (error) {
      if (isOpen(error)) this.remember(body);
      if (!hasCode(error, 'key_reused')) throw error;
      return await this.fetchEarlier(key, body, error);
    }
  }

  private async fetchEarlier(key: string, body: B, reused: unknown): Promise<Sent<A>> {
    const text = JSON.stringify(body);
    for (const earlier of this.open) {
      if (JSON.stringify(earlier) === text) continue;
      try {
        return this.done(await this.post(key, earlier), true);
      } catch (error) {
        if (!hasCode(error, 'key_reused')) throw error;
      }
    }
    throw reused;
  }

  private remember(body: B): void {
    const text = JSON.stringify(body);
    if (!this.open.some((one) => JSON.stringify(one) === text)) this.open.push(body);
  }

  private done(answer: A, earlier: boolean): Sent<A> {
    this.open = [];
    return { answer, earlier };
  }
}
