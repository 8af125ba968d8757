import { isOpen, Refusal } from '../contract/errors.ts';
import { heldFor } from '../contract/held.ts';
import type { Fault, Filed, ReportInput } from '../contract/schemas.ts';
import type { Draft } from './draft.ts';
import type { Kept } from './kept.ts';
import type { KeptPhoto } from './photo.ts';

/** A report on its way. Its key and, from the first try on, its body never change: that is why it is filed once. */
export interface Waiting {
  key: string;
  jurisdiction: string;
  /** When it was put here, in milliseconds since 1970. */
  at: number;
  /** What is sent. Once it was sent there is nothing of it left but the service. */
  body: ReportInput;
  photos: readonly KeptPhoto[];
  /** A try to file it was made, or was about to be. */
  tried: boolean;
  /** It may have arrived: a try that could leave this device was never answered. */
  unsure?: boolean;
  /** Photos that the server did not take: the report goes without them. */
  lostPhotos: number;
  /** What the form held, to go on with where it is refused. */
  draft: Draft;
  /** Nothing more is taken from where this device is until then, in milliseconds since 1970. */
  heldUntil?: number;
  /** The server was reached and could not do it. */
  failing?: boolean;
  filed?: Filed;
  refused?: { status: number; fault: Fault };
}

/** What the outbox needs of the server. Both throw as Client does. */
export interface Post {
  file(key: string, body: ReportInput): Promise<Filed>;
  /** Sends a photo and gives its id. */
  photo(blob: Blob): Promise<string>;
}

/** Milliseconds after which a photo that no report claimed may be gone; the server keeps it for a day. */
const photoAge = 20 * 3600_000;
/** Milliseconds between tries while the page is open: the first, the longest, and the longest where the server says when. */
const pauses = { first: 4_000, longest: 60_000, held: 600_000 };

/** Answers that say that nothing was done: too many requests, and no service for now. */
const turnsAway = [429, 503];
/** Whether the browser knows that there is no connection, so that nothing leaves this device. */
const cutOff = () => (globalThis.navigator as Navigator | undefined)?.onLine === false;

/** Reports that are kept on the device until the server has answered. */
export class Outbox {
  private all: readonly Waiting[] = [];
  private running: Promise<void> | undefined;
  private pause = pauses.first;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly kept: Kept;
  private readonly jurisdiction: string;
  private readonly server: Post;
  private readonly changed: (all: readonly Waiting[]) => void;
  private readonly now: () => number;

  constructor(kept: Kept, jurisdiction: string, server: Post, changed: (all: readonly Waiting[]) => void, now = Date.now) {
    this.kept = kept;
    this.jurisdiction = jurisdiction;
    this.server = server;
    this.changed = changed;
    this.now = now;
  }

  /** Sends what an earlier page left, and again whenever the device is online or the page is seen. Gives what ends that. */
  start(): () => void {
    const go = () => {
      if (document.visibilityState !== 'visible') return;
      this.pause = pauses.first;
      void this.run();
    };
    window.addEventListener('online', go);
    document.addEventListener('visibilitychange', go);
    void this.run();
    return () => {
      window.removeEventListener('online', go);
      document.removeEventListener('visibilitychange', go);
      clearTimeout(this.timer);
    };
  }

  /** Keeps a report and tries to send it; gives how it stands then. */
  async send(waiting: Waiting): Promise<Waiting> {
    await this.kept.post(waiting);
    await this.run();
    // A run that was under way may have looked before it was there.
    const now = await this.find(waiting.key);
    if (now && this.isOpen(now) && !now.tried) await this.run();
    return (await this.find(waiting.key)) ?? waiting;
  }

  async remove(key: string): Promise<void> {
    await this.kept.remove(key);
    await this.tell();
  }

  /** Tries to send everything once, one after the other; a second call while it does so waits for the first. */
  run(): Promise<void> {
    this.running ??= this.alone(() => this.sendAll()).finally(() => { this.running = undefined; });
    return this.running;
  }

  private async find(key: string): Promise<Waiting | undefined> {
    return (await this.kept.outbox()).find((one) => one.key === key);
  }

  private isOpen(one: Waiting): boolean {
    return one.jurisdiction === this.jurisdiction && !one.filed && !one.refused;
  }

  private async sendAll(): Promise<void> {
    await this.tell();
    let next = pauses.first;
    try {
      for (const one of await this.kept.outbox()) if (this.isOpen(one)) await this.sendOne(one);
      this.pause = pauses.first;
    } catch (error) {
      // Nothing of it is lost: it stays and is tried again.
      next = Math.min(pauses.longest, this.pause * 2);
      const held = heldFor(error);
      if (held) this.pause = Math.min(pauses.held, held);
      await this.note(held, error instanceof Refusal && error.status >= 500);
    }
    await this.tell();
    this.pause = next;
  }

  /** Keeps with everything that waits why it does: for how long it is held up, if it is, and whether the server fails. */
  private async note(held: number | undefined, failing: boolean): Promise<void> {
    for (const { heldUntil, failing: before, ...one } of await this.kept.outbox()) {
      if (!this.isOpen(one) || (!held && !heldUntil && failing === Boolean(before))) continue;
      await this.kept.update({ ...one, ...(held ? { heldUntil: this.now() + held } : {}), ...(failing ? { failing } : {}) });
    }
  }

  /** Throws when the outcome is open. */
  private async sendOne(waiting: Waiting): Promise<void> {
    const ready = await this.leaving(waiting.tried ? waiting : await this.withPhotos(waiting));
    try {
      const filed = await this.server.file(ready.key, ready.body);
      const { service_code } = ready.body;
      await this.kept.update({ ...ready, filed, photos: [], body: { service_code, description: '' }, draft: { ...ready.draft, address: '', words: '', answers: {}, photos: [] } });
    } catch (error) {
      // Whoever is turned away knows that nothing arrived, this time.
      if (error instanceof Refusal && turnsAway.includes(error.status) && !waiting.unsure) await this.kept.update({ ...ready, unsure: false });
      if (isOpen(error) || !(error instanceof Refusal)) throw error;
      if (error.fault.field?.startsWith('photos') && ready.photos.length > 0) return await this.sendOne(await this.otherPhotos(ready));
      await this.kept.update({ ...ready, refused: { status: error.status, fault: error.fault } });
    }
  }

  /** Sends the photos, keeping the id of each as soon as there is one. */
  private async withPhotos(waiting: Waiting): Promise<Waiting> {
    let now = waiting;
    const ids: string[] = [];
    for (const [n, photo] of waiting.photos.entries()) {
      if (photo.sent && this.now() - photo.sent.at < photoAge) {
        ids.push(photo.sent.id);
        continue;
      }
      try {
        const sent = { id: await this.server.photo(photo.blob), at: this.now() };
        now = { ...now, photos: now.photos.map((one, at) => (at === n ? { ...one, sent } : one)) };
        ids.push(sent.id);
      } catch (error) {
        if (isOpen(error)) throw error;
        now = { ...now, lostPhotos: now.lostPhotos + 1 };
      }
      await this.kept.update(now);
    }
    return ids.length > 0 ? { ...now, body: { ...now.body, photos: ids } } : now;
  }

  /** Says in what is kept that a try follows: the page may be closed before its answer comes. */
  private async leaving(waiting: Waiting): Promise<Waiting> {
    const now = { ...waiting, tried: true, unsure: waiting.unsure === true || !cutOff() };
    if (!waiting.tried || waiting.unsure !== now.unsure) await this.kept.update(now);
    return now;
  }

  /** After the server said that it has the photos no more: once they are sent anew, then the report goes without them. */
  private async otherPhotos(waiting: Waiting): Promise<Waiting> {
    const { photos: _, ...body } = waiting.body;
    const fresh = waiting.photos.filter((one) => !one.again).map(({ blob }) => ({ blob, again: true }));
    const now = { ...waiting, body, photos: fresh, lostPhotos: waiting.lostPhotos + waiting.photos.length - fresh.length, tried: false, unsure: false };
    await this.kept.update(now);
    return now;
  }

  /** Shows how everything stands, and comes back later while something waits. */
  async tell(): Promise<void> {
    this.all = (await this.kept.outbox()).filter((one) => one.jurisdiction === this.jurisdiction).sort((a, b) => a.at - b.at);
    this.changed(this.all);
    clearTimeout(this.timer);
    if (!this.all.some((one) => this.isOpen(one))) return;
    this.timer = setTimeout(() => void this.run(), this.pause);
  }

  /** One window of the browser sends at a time. Without locks two could, and the key still lets one of them file. */
  private async alone(work: () => Promise<void>): Promise<void> {
    const locks = (globalThis.navigator as Navigator | undefined)?.locks;
    if (!locks) return await work();
    await locks.request(`weige.outbox.${this.jurisdiction}`, { ifAvailable: true }, async (lock) => (lock ? await work() : await this.tell()));
  }
}
