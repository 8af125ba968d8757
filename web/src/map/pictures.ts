/** A picture that was asked for, and how many wait for it. */
interface Asked {
  picture: Promise<ImageBitmap | undefined>;
  abort: AbortController;
  waiting: number;
  done: boolean;
}

/** A picture of 256 pixels takes a quarter of a megabyte when it is drawn. */
const most = 96;

/** Fetches pictures of another host, each once for all who ask at the same time, gives up what nobody waits for any more, and keeps the last. */
export class Pictures {
  private readonly asked = new Map<string, Asked>();

  /** The picture at an address; undefined where there is none. */
  async get(address: string, signal: AbortSignal): Promise<ImageBitmap | undefined> {
    signal.throwIfAborted();
    const one = this.asked.get(address) ?? this.ask(address);
    // Last asked for, last forgotten.
    this.asked.delete(address);
    this.asked.set(address, one);
    one.waiting++;
    const leave = () => {
      if (--one.waiting > 0 || one.done) return;
      one.abort.abort();
      if (this.asked.get(address) === one) this.asked.delete(address);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([one.picture, aborted(signal)]);
    } finally {
      signal.removeEventListener('abort', leave);
      if (!signal.aborted) one.waiting--;
    }
  }

  private ask(address: string): Asked {
    const abort = new AbortController();
    const one: Asked = { picture: fetchPicture(address, abort.signal), abort, waiting: 0, done: false };
    one.picture.then(
      () => { one.done = true; this.prune(); },
      () => { if (this.asked.get(address) === one) this.asked.delete(address); },
    );
    return one;
  }

  private prune(): void {
    for (const [address, { done }] of this.asked) {
      if (this.asked.size <= most) return;
      if (done) this.asked.delete(address);
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }); });
}

async function fetchPicture(address: string, signal: AbortSignal): Promise<ImageBitmap | undefined> {
  // Keys of tile servers are bound to the site that uses them, which a page of ours names to nobody else.
  const answer = await fetch(address, { signal, referrerPolicy: 'origin', credentials: 'omit' });
  if (answer.status === 404 || answer.status === 204) return undefined;
  if (!answer.ok) throw Object.assign(new Error(`basemap: ${answer.status}`), { status: answer.status });
  return await createImageBitmap(await answer.blob());
}
