import type { ReactiveControllerHost } from 'lit';
import type { Session } from '../sign-in/session.ts';
import { Store, withWords, type Kept, type Move, type Words } from './kept.ts';
import { casesOf, type Case } from './order.ts';
import type { Pictures } from './photos.ts';
import type { Refused } from './refused.ts';

/**
 * What the phone keeps of somebody's work, as its page shows it. Other windows write into the same store, so that it is read again after
 * whatever was done. Where nothing can be kept there is no store, and what was fetched is shown all the same.
 */
export class Phone {
  moves: readonly { at: number; move: Move }[] = [];
  pictures: Pictures = [];
  words: readonly Words[] = [];
  store: Store | undefined;
  /** Nothing can be kept: private windows of some browsers. */
  storeless = false;
  /** What shows refused moves, fetched with the first of them. */
  refusals: typeof import('./refused.ts') | undefined;
  private list: Kept | undefined;
  /** Whose work is shown. */
  private person: string | undefined;

  constructor(private readonly host: ReactiveControllerHost) {}

  /** The list with all that is needed to show it. */
  get kept(): Kept | undefined {
    return this.list;
  }

  /** Shows another list; `keep` also keeps it. */
  set kept(kept: Kept | undefined) {
    this.list = kept;
    this.host.requestUpdate();
  }

  /** Opens what is kept of a jurisdiction. The list of somebody else is forgotten, and what they made is left to wait, unseen, until they are here again. */
  async open(jurisdiction: string, session: Session | undefined): Promise<void> {
    try {
      const store = new Store(jurisdiction);
      this.kept = await store.kept();
      if (session && this.kept && this.kept.person !== session.person) {
        await store.clearList();
        this.kept = undefined;
      }
      this.store = store;
      this.person = session?.person ?? this.kept?.person;
      this.words = (await store.words()).filter((one) => this.isOwn(one));
      await this.look();
    } catch {
      this.storeless = true;
    }
  }

  private isOwn({ person }: { person: string }): boolean {
    return person === this.person;
  }

  /** Reads again what waits to be sent. */
  async look(): Promise<void> {
    const { store } = this;
    if (!store) return;
    const moves = (await store.moves()).filter(({ move }) => this.isOwn(move));
    if (moves.some(({ move }) => move.refused !== undefined) || this.lost.length > 0) this.refusals ??= await import('./refused.ts').catch(() => undefined);
    this.moves = moves;
    this.pictures = (await store.pictures()).filter(({ picture }) => this.isOwn(picture));
    this.host.requestUpdate();
  }

  /** Keeps the list that is shown. */
  async keep(): Promise<void> {
    if (this.kept) await this.store?.keep(this.kept);
  }

  /** Forgets everything of whoever signs out. */
  async clear(): Promise<void> {
    if (this.person !== undefined) await this.store?.clear(this.person);
    this.kept = undefined;
    this.moves = [];
    this.pictures = [];
    this.words = [];
  }

  /** Keeps what is being written for a step of a report, until it is sent or given up. */
  write(words: Words): void {
    this.show(words);
    void this.store?.write(words).catch(() => undefined); // a full phone: the form still holds it
  }

  /** Keeps words that are not in a form yet; the promise fails where that cannot be done. */
  async writeFirst(words: Words): Promise<void> {
    await this.store?.write(words);
    this.show(words);
  }

  private show(words: Words): void {
    this.words = withWords(this.words, words);
    this.host.requestUpdate();
  }

  /** A step was kept or sent, and what was written for it is in that. */
  written(report: string, kind: Words['kind']): void {
    this.words = this.words.filter((one) => one.report !== report || one.kind !== kind);
  }

  /** The cases as they will be once all has arrived, sorted from a place where one is given. */
  cases(here?: { lon: number; lat: number }): Case[] {
    return casesOf(this.kept?.reports ?? [], this.moves.map(({ move }) => move), here);
  }

  /** What the server refused and nobody dealt with yet. */
  get refused(): readonly Refused[] {
    return this.moves.filter(({ move }) => move.refused !== undefined);
  }

  /** What was begun for reports that are in the list no more. */
  get lost(): readonly Words[] {
    if (!this.kept || this.words.length === 0) return [];
    const shown = new Set(this.cases().map(({ item }) => item.report));
    return this.words.filter((one) => !shown.has(one.report));
  }

  /** What waits of one case. */
  of(report: string): { pictures: Pictures; words: readonly Words[] } {
    return { pictures: this.pictures.filter(({ picture }) => picture.report === report), words: this.words.filter((one) => one.report === report) };
  }

  /** How much waits. */
  get unsent(): number {
    return this.moves.length + this.pictures.length;
  }

  /** How much is gone when the phone is cleared: what waits, and what was begun. */
  get undone(): number {
    return this.unsent + this.words.length;
  }
}
