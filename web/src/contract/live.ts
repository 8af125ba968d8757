import type { Client } from './client.ts';
import { hasCode } from './errors.ts';
import type { QueueItem } from './schemas.ts';

/** What changed since it was told last: each report once, as it is now, and the ids of those that the caller cannot see any more. */
export interface News {
  reports: readonly QueueItem[];
  left: readonly string[];
}

/** What `Live` needs of a WebSocket. */
export interface Line {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

/** What `Live` needs of the document. */
export interface Sight {
  readonly visibilityState: string;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

export interface LiveOptions {
  client: Pick<Client, 'jurisdiction' | 'get'>;
  /** Bearer token of whoever is signed in. */
  token: () => string | undefined;
  /** Is told what is new; never of nothing, and never of a version of a report that it was told before. */
  tell: (news: News) => void;
  /** Is told after each question whether there was an answer. */
  reached?: (yes: boolean) => void;
  /** The session has ended or its duties have: nothing is asked any more. */
  ended?: (error: unknown) => void;
  /** Milliseconds between two questions when no poke comes. */
  every?: number;
  connect?: () => Line;
  sight?: Sight;
  random?: () => number;
}

const second = 1000;
const longestPause = 60 * second;
/** Of how many reports it is remembered what was told. The feed repeats ten seconds. */
const remembered = 5000;

/** The address of the pokes: that of the pages. */
export function liveAddress(origin: string): string {
  return `${origin.replace(/^http/, 'ws')}/live`;
}

/**
 * Follows what changes while the page can be seen. It asks the feed of changes every so often; a poke over a WebSocket makes it ask at once.
 * Without the socket, or when a poke is lost, it is only later that it knows.
 */
export class Live {
  private readonly options: LiveOptions;
  private readonly every: number;
  private readonly sight: Sight;
  private cursor: string | undefined;
  private told = new Map<string, number>();
  private gone = new Set<string>();
  private line: Line | undefined;
  private failures = 0;
  private running = false;
  private asking = false;
  private again = false;
  private stop = new AbortController();
  private timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(options: LiveOptions) {
    this.options = options;
    this.every = options.every ?? 15 * second;
    this.sight = options.sight ?? document;
  }

  /** Begins: what changes from now on is told. */
  start(): void {
    this.sight.addEventListener('visibilitychange', this.seen);
    this.seen();
  }

  /** Asks at once: the network is back. */
  now(): void {
    if (this.running) void this.ask();
  }

  /** Ends; nothing is told any more. */
  end(): void {
    this.sight.removeEventListener('visibilitychange', this.seen);
    this.rest();
  }

  private readonly seen = (): void => {
    if (this.sight.visibilityState === 'hidden') this.rest();
    else if (!this.running) this.wake();
  };

  private wake(): void {
    this.running = true;
    this.stop = new AbortController();
    this.failures = 0;
    void this.ask();
    this.connect();
  }

  private rest(): void {
    this.running = false;
    this.stop.abort();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.hangUp();
  }

  private later(name: string, after: number, act: () => void): void {
    clearTimeout(this.timers.get(name));
    this.timers.set(name, setTimeout(act, after));
  }

  /** Asks until there is no more, one question at a time; who comes meanwhile is asked for once more at the end. */
  private async ask(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    const { signal } = this.stop;
    try {
      do {
        this.again = false;
        this.again = (await this.askOnce(signal)) || this.again;
      } while (this.again && !signal.aborted);
      if (!signal.aborted) this.options.reached?.(true);
    } catch (error) {
      if (!signal.aborted) this.options.reached?.(false);
      if (hasCode(error, 'unauthorized') || hasCode(error, 'forbidden')) {
        this.end();
        this.options.ended?.(error);
      } else if (hasCode(error, 'invalid')) {
        this.cursor = undefined; // a cursor that the server does not know any more: begin now
      }
      // Anything else may pass; the next question comes anyway.
    } finally {
      this.asking = false;
      if (this.running) {
        if (this.stop.signal !== signal) void this.ask(); // hidden and seen again meanwhile
        else this.later('ask', this.every, () => void this.ask());
      }
    }
  }

  private async askOnce(signal: AbortSignal): Promise<boolean> {
    const news = await this.options.client.get('/v1/{jurisdiction}/changes', this.cursor ? { query: { cursor: this.cursor } } : {}, signal);
    if (signal.aborted) return false;
    const begun = this.cursor === undefined;
    this.cursor = news.cursor;
    this.merge(news);
    return begun ? false : news.more;
  }

  private merge({ reports, left }: News): void {
    const fresh = reports.filter((one) => (this.told.get(one.report) ?? 0) < one.version);
    for (const one of fresh) {
      this.told.delete(one.report); // to the end of the order in which they are forgotten
      this.told.set(one.report, one.version);
      this.gone.delete(one.report);
    }
    const away = left.filter((id) => !this.gone.has(id));
    for (const id of away) {
      this.gone.add(id);
      this.told.delete(id); // should it come back, it is told again
    }
    forget(this.told);
    forget(this.gone);
    if (fresh.length > 0 || away.length > 0) this.options.tell({ reports: fresh, left: away });
  }

  private connect(): void {
    let line: Line;
    try {
      line = (this.options.connect ?? (() => new WebSocket(liveAddress(location.origin)) as Line))();
    } catch {
      return; // no WebSockets here: asking every so often has to do
    }
    this.line = line;
    line.onopen = () => this.watch(line);
    line.onmessage = ({ data }) => this.hear(line, data);
    line.onclose = () => {
      if (this.line !== line) return;
      this.hangUp();
      if (this.running) this.later('connect', pause(this.failures++, this.options.random ?? Math.random), () => this.connect());
    };
  }

  private watch(line: Line): void {
    const token = this.options.token();
    if (line !== this.line || !token) return;
    line.send(JSON.stringify({ type: 'watch', jurisdiction: this.options.client.jurisdiction, token }));
  }

  private hear(line: Line, data: unknown): void {
    if (line !== this.line) return;
    const said = read(data);
    if (said.type === 'changed') void this.ask();
    if (said.type === 'watching') {
      if (this.failures > 0) void this.ask(); // pokes may have been missed meanwhile
      this.failures = 0;
      if (said.seconds > 0) this.later('watch', said.seconds * second * 0.6, () => this.watch(line));
    }
    // Who is refused is not let in by asking again soon; what the session is worth, the feed says.
    if (said.type === 'refused') this.failures = Math.max(this.failures, 6);
  }

  private hangUp(): void {
    clearTimeout(this.timers.get('watch'));
    const { line } = this;
    this.line = undefined;
    line?.close();
  }
}

/** How long to wait before connecting again, in milliseconds: longer each time, and never all pages at once. */
export function pause(failures: number, random: () => number): number {
  const longest = Math.min(longestPause, second * 2 ** Math.min(failures, 10));
  return longest * (0.5 + random() / 2);
}

function read(data: unknown): { type: string; seconds: number } {
  try {
    const { type, seconds } = JSON.parse(String(data)) as { type?: unknown; seconds?: unknown };
    return { type: typeof type === 'string' ? type : '', seconds: typeof seconds === 'number' ? seconds : 0 };
  } catch {
    return { type: '', seconds: 0 };
  }
}

/** Drops the oldest entries of a collection that has grown too large. */
function forget(of: { size: number; keys(): IterableIterator<string>; delete(key: string): boolean }): void {
  for (const key of of.keys()) {
    if (of.size <= remembered) return;
    of.delete(key);
  }
}
