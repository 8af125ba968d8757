import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Draft } from './draft.ts';
import type { Waiting } from './outbox.ts';

interface Shelves extends DBSchema {
  /** By jurisdiction. */
  drafts: { key: string; value: Draft };
  /** By idempotency key. */
  outbox: { key: string; value: Waiting };
}

/** What is kept on this device until it is sent. */
export interface Kept {
  /** It outlives the page. */
  readonly lasts: boolean;
  draft(jurisdiction: string): Promise<unknown>;
  /** Keeps a draft, or forgets it. */
  keepDraft(jurisdiction: string, draft: Draft | undefined): Promise<void>;
  outbox(): Promise<Waiting[]>;
  /** Puts a report into the outbox and takes its draft away, both or neither. Throws `KeyTaken`. */
  post(waiting: Waiting): Promise<void>;
  update(waiting: Waiting): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Another report has this key, as it was written in another window from the same draft; or one that was filed, of whose words nothing is left. */
export class KeyTaken extends Error {
  constructor(readonly filed: boolean) {
    super('taken');
  }
}

/** Whether a report waits already; throws `KeyTaken` where another one has its key. */
function waits(there: Waiting | undefined, now: Waiting): boolean {
  if (!there) return false;
  const said = ({ body: { photos: _, ...body }, photos }: Waiting) => JSON.stringify([body, photos.map(({ blob }) => blob.size)]);
  if (there.filed || said(there) !== said(now)) throw new KeyTaken(there.filed !== undefined);
  return true;
}

/** The device's database; where the browser has or gives none, what is kept lasts as long as the page. */
export async function openKept(): Promise<Kept> {
  try {
    const db = await openDB<Shelves>('weige', 1, {
      upgrade(fresh) {
        fresh.createObjectStore('drafts');
        fresh.createObjectStore('outbox', { keyPath: 'key' });
      },
    });
    return new OnDevice(db);
  } catch {
    return new InPage();
  }
}

class OnDevice implements Kept {
  readonly lasts = true;
  private readonly db: IDBPDatabase<Shelves>;

  constructor(db: IDBPDatabase<Shelves>) {
    this.db = db;
  }

  draft(jurisdiction: string): Promise<unknown> {
    return this.db.get('drafts', jurisdiction);
  }

  async keepDraft(jurisdiction: string, draft: Draft | undefined): Promise<void> {
    if (draft) await this.db.put('drafts', draft, jurisdiction);
    else await this.db.delete('drafts', jurisdiction);
  }

  outbox(): Promise<Waiting[]> {
    return this.db.getAll('outbox');
  }

  async post(waiting: Waiting): Promise<void> {
    const both = this.db.transaction(['drafts', 'outbox'], 'readwrite', { durability: 'strict' });
    const there = waits(await both.objectStore('outbox').get(waiting.key), waiting);
    await Promise.all([there ? undefined : both.objectStore('outbox').put(waiting), both.objectStore('drafts').delete(waiting.jurisdiction), both.done]);
  }

  async update(waiting: Waiting): Promise<void> {
    const one = this.db.transaction('outbox', 'readwrite', { durability: 'strict' });
    // Somebody may have taken it out meanwhile, in another window.
    if (await one.store.getKey(waiting.key)) await one.store.put(waiting);
    await one.done;
  }

  async remove(key: string): Promise<void> {
    await this.db.delete('outbox', key);
  }
}

/** The same in the page's own memory. */
export class InPage implements Kept {
  readonly lasts = false;
  private readonly drafts = new Map<string, Draft>();
  private readonly waiting = new Map<string, Waiting>();

  async draft(jurisdiction: string): Promise<unknown> {
    return this.drafts.get(jurisdiction);
  }

  async keepDraft(jurisdiction: string, draft: Draft | undefined): Promise<void> {
    if (draft) this.drafts.set(jurisdiction, draft);
    else this.drafts.delete(jurisdiction);
  }

  async outbox(): Promise<Waiting[]> {
    return [...this.waiting.values()];
  }

  async post(waiting: Waiting): Promise<void> {
    if (!waits(this.waiting.get(waiting.key), waiting)) this.waiting.set(waiting.key, waiting);
    this.drafts.delete(waiting.jurisdiction);
  }

  async update(waiting: Waiting): Promise<void> {
    if (this.waiting.has(waiting.key)) this.waiting.set(waiting.key, waiting);
  }

  async remove(key: string): Promise<void> {
    this.waiting.delete(key);
  }
}
