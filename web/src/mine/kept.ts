// What the phone keeps: the list as it was last fetched, and the moves that were not sent yet, each of one person and one
// jurisdiction, and gone when that person signs out. Where phones go round, what somebody made waits while another is signed in.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Duty, Jurisdiction, QueueItem, StaffReport } from '../contract/schemas.ts';
import type { Position } from '../contract/areas.ts';
import type { Picture, Pictures } from './photos.ts';
import type { PlainStep } from '../dispatch/ways.ts';

/** The outline of an area: rings of positions. */
export interface Outline {
  code: string;
  name: string;
  rings: Position[][];
}

/** What a case says beyond its line in the list; never contact details. `known` is the version of which that is. */
export type Details = Pick<StaffReport, 'description' | 'address' | 'answers' | 'has_contact' | 'events'> & { known: number };

/** The list as it was fetched, with all that is needed to show it without a network. */
export interface Kept {
  person: string;
  name: string;
  /** When it was fetched, RFC 3339. */
  at: string;
  jurisdiction: Jurisdiction;
  reports: (QueueItem & Partial<Details>)[];
  /** Names of the areas that the reports name. */
  names: Record<string, string>;
  duties: Duty[];
  people: Record<string, string>;
  outlines: Outline[];
}

/** A move that has to reach the server, once. */
export interface Move {
  /** Idempotency key; moves are sent in the order in which they were made. */
  key: string;
  person: string;
  report: string;
  kind: PlainStep;
  body: { version: number; code?: string; reason?: string; reply?: string };
  made: string;
  /** Key of the move on top of which it was made: one that still waited then. */
  behind?: string;
  /** Why the server refused it; it then waits for somebody to read that, and to drop it or take up its words. */
  refused?: string;
  /** Which report it is of, to be named where that is in the list no more. */
  about?: Pick<QueueItem, 'service_code' | 'chain' | 'address_grade' | 'filed_at'>;
  /** How the report was after the refusal; null where that may not be known. */
  since?: Pick<QueueItem, 'assignee' | 'status'> | null;
}

/** What was written for a step and neither sent nor given up. */
export interface Words {
  person: string;
  report: string;
  kind: PlainStep;
  said: Said;
}

/** The words of a step as they stand in its form. */
export interface Said {
  code: string;
  reason: string;
  reply: string;
}

/** What somebody does with the case that is open. */
export type Made = Pick<Move, 'kind' | 'body' | 'behind'>;

interface Shelf extends DBSchema {
  lists: { key: string; value: Kept };
  moves: { key: number; value: Move };
  pictures: { key: number; value: Picture };
  words: { key: [person: string, report: string, kind: PlainStep]; value: Words };
}

/** The store of one jurisdiction on this phone. */
export class Store {
  private readonly opened: Promise<IDBPDatabase<Shelf>>;
  private readonly list: string;

  constructor(jurisdiction: string) {
    this.list = jurisdiction;
    this.opened = new Promise((opened, failed) => { openDB<Shelf>(`weige-mine-${jurisdiction}`, 4, {
      upgrade: async (shelf, before, _now, all) => {
        if (before < 1) {
          shelf.createObjectStore('lists');
          shelf.createObjectStore('moves', { autoIncrement: true });
        }
        if (before < 2) shelf.createObjectStore('pictures', { autoIncrement: true });
        const begun = before === 3 ? await all.objectStore('words').getAll() : [];
        if (before === 3) shelf.deleteObjectStore('words');
        const words = shelf.createObjectStore('words', { keyPath: ['person', 'report', 'kind'] });
        for (const one of begun) void words.put(one);
      },
      // A later version of this page in another window must not wait for this one to be closed.
      blocking: (_now, _later, event) => (event.target as IDBDatabase).close(),
      // An earlier version in another window does not know that.
      blocked: () => failed(new Error('held by another window')),
    }).then(opened, failed); });
  }

  async kept(): Promise<Kept | undefined> {
    return await (await this.opened).get('lists', this.list);
  }

  async keep(kept: Kept): Promise<void> {
    await (await this.opened).put('lists', kept, this.list);
  }

  /** The moves that wait, oldest first, each with its place. */
  async moves(): Promise<{ at: number; move: Move }[]> {
    const shelf = (await this.opened).transaction('moves');
    const found: { at: number; move: Move }[] = [];
    for (let cursor = await shelf.store.openCursor(); cursor; cursor = await cursor.continue()) found.push({ at: cursor.key, move: cursor.value });
    return found;
  }

  /** Keeps a move, and lets go of the words that were written for it: both or neither. */
  async add(move: Move): Promise<void> {
    const both = (await this.opened).transaction(['moves', 'words'], 'readwrite');
    await Promise.all([both.objectStore('moves').add(move), both.objectStore('words').delete([move.person, move.report, move.kind]), both.done]);
  }

  async words(): Promise<Words[]> {
    return await (await this.opened).getAll('words');
  }

  /** Keeps what is being written; nothing of it where nothing is left. */
  async write(words: Words): Promise<void> {
    const { person, report, kind, said } = words;
    const shelf = await this.opened;
    await (isBlank(said) ? shelf.delete('words', [person, report, kind]) : shelf.put('words', words));
  }

  async replace(at: number, move: Move): Promise<void> {
    const one = (await this.opened).transaction('moves', 'readwrite');
    // Somebody may have given it up meanwhile.
    if (await one.store.getKey(at)) await one.store.put(move, at);
    await one.done;
  }

  async arrived(at: number, version: number): Promise<void> {
    const shelf = (await this.opened).transaction('moves', 'readwrite');
    const gone = await shelf.store.get(at);
    await shelf.store.delete(at);
    for (let cursor = await shelf.store.openCursor(); cursor && gone; cursor = await cursor.continue()) {
      const { behind = gone.key, ...move } = cursor.value; // other windows, and earlier versions of this page, do not say it
      if (move.person === gone.person && move.report === gone.report && behind === gone.key && !move.refused) await cursor.update({ ...move, body: { ...move.body, version } });
    }
    await shelf.done;
  }

  /** Gives up a move that was refused. What was made on top of it and was not tried yet stays, refused for the same reason. */
  async giveUp(at: number): Promise<void> {
    const shelf = (await this.opened).transaction('moves', 'readwrite');
    const given = await shelf.store.get(at);
    await shelf.store.delete(at);
    for (let cursor = await shelf.store.openCursor(); cursor && given; cursor = await cursor.continue()) {
      const move = cursor.value;
      if (move.behind === given.key && given.refused && !move.refused) await cursor.update({ ...move, refused: given.refused });
    }
    await shelf.done;
  }

  /** The photos that wait, oldest first, each with its place. */
  async pictures(): Promise<Pictures> {
    const shelf = (await this.opened).transaction('pictures');
    const found: { at: number; picture: Picture }[] = [];
    for (let cursor = await shelf.store.openCursor(); cursor; cursor = await cursor.continue()) found.push({ at: cursor.key, picture: cursor.value });
    return found;
  }

  async addPicture(picture: Picture): Promise<void> {
    await (await this.opened).add('pictures', picture);
  }

  async replacePicture(at: number, picture: Picture): Promise<void> {
    const one = (await this.opened).transaction('pictures', 'readwrite');
    // Somebody may have removed it meanwhile.
    if (await one.store.getKey(at)) await one.store.put(picture, at);
    await one.done;
  }

  async dropPicture(at: number): Promise<void> {
    await (await this.opened).delete('pictures', at);
  }

  /** Forgets the list: it is of somebody else. What they made waits until they are here again. */
  async clearList(): Promise<void> {
    await (await this.opened).clear('lists');
  }

  /** Forgets everything of somebody, who signed out, and whatever list there is. */
  async clear(person: string): Promise<void> {
    const all = (await this.opened).transaction(['lists', 'moves', 'pictures', 'words'], 'readwrite');
    await all.objectStore('lists').clear();
    for (const name of ['moves', 'pictures', 'words'] as const) {
      for (let cursor = await all.objectStore(name).openCursor(); cursor; cursor = await cursor.continue()) if (cursor.value.person === person) await cursor.delete();
    }
    await all.done;
  }
}

/** Whether nothing worth keeping was written. */
export function isBlank({ code, reason, reply }: Said): boolean {
  return `${code}${reason}${reply}`.trim() === '';
}

/** The words that were begun, with those of one step as they are now. */
export function withWords(all: readonly Words[], words: Words): Words[] {
  return [...all.filter((one) => one.report !== words.report || one.kind !== words.kind), ...(isBlank(words.said) ? [] : [words])];
}

/** What names a report where it is in the list no more. */
export function aboutOf({ service_code, chain, filed_at, address_grade }: QueueItem): NonNullable<Move['about']> {
  return { service_code, chain, filed_at, ...(address_grade ? { address_grade } : {}) };
}
