import type { paths } from '../gen/contract.ts';
import { Refusal, Unreached } from './errors.ts';
import type { Fault } from './schemas.ts';

type Method = 'get' | 'post' | 'put';
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends { [K in M]: unknown } ? P : never }[keyof paths];
type Part<O, K extends string> = O extends { parameters: { [X in K]?: infer V } } ? (V extends undefined ? never : NonNullable<V>) : never;
type PathPart<O> = Omit<Part<O, 'path'>, 'jurisdiction'>;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : never;
type Content<R> = R extends { content: infer C } ? C[keyof C] : never;

/** What an operation answers when it succeeds. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? { [S in keyof R & (200 | 201 | 202)]: Content<R[S]> }[keyof R & (200 | 201 | 202)] : never;

type Needed<K extends string, V> = [V] extends [never] ? unknown : object extends V ? { [X in K]?: V } : { [X in K]: V };

/** What an operation asks for: its path parameters but the jurisdiction, its query, its body, its idempotency key. */
export type Asked<P extends keyof paths, M extends Method> = Needed<'path', PathPart<Operation<P, M>>> &
  Needed<'query', Part<Operation<P, M>, 'query'>> &
  Needed<'body', Body<Operation<P, M>>> &
  Keyed<Part<Operation<P, M>, 'header'>>;

type Keyed<H> = [H] extends [never] ? unknown : 'Idempotency-Key' extends keyof H ? { key: string } : unknown;

interface Request {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  key?: string;
  file?: Blob;
}

/** A part of a file that the server reads out, and the address of the next one. */
export interface FilePart {
  text: string;
  next: string | undefined;
}

export interface ClientOptions {
  jurisdiction: string;
  /** Bearer token of whoever is signed in. */
  token?: () => string | undefined;
  fetch?: typeof fetch;
  /** Gives the answer to what was asked for before there was a client. */
  early?: (at: string) => Promise<Response> | undefined;
  /** Milliseconds after which an answer is no longer waited for. */
  patience?: number;
}

/** Calls the contract's operations; a call that the contract does not know does not compile. */
export class Client {
  readonly jurisdiction: string;
  private readonly options: ClientOptions;

  constructor(options: ClientOptions) {
    this.options = options;
    this.jurisdiction = options.jurisdiction;
  }

  /** Bearer token of whoever is signed in, for what is not asked for by this client: tiles. */
  get token(): string | undefined {
    return this.options.token?.();
  }

  /** Reads. Throws `Refusal` for an answer that is an error and `Unreached` when no answer came. */
  get<P extends PathsWith<'get'>>(path: P, asked: Asked<P, 'get'>, signal?: AbortSignal): Promise<Answer<P, 'get'>> {
    return this.call('GET', path, asked as Request, signal) as Promise<Answer<P, 'get'>>;
  }

  /** Writes. Throws as `get` does; after `Unreached` nobody knows whether it was done, so that the same key must be used again. */
  post<P extends PathsWith<'post'>>(path: P, asked: Asked<P, 'post'>): Promise<Answer<P, 'post'>> {
    return this.call('POST', path, asked as Request) as Promise<Answer<P, 'post'>>;
  }

  /** Replaces. Throws as `get` does; doing it again does no harm. */
  put<P extends PathsWith<'put'>>(path: P, asked: Asked<P, 'put'>): Promise<Answer<P, 'put'>> {
    return this.call('PUT', path, asked as Request) as Promise<Answer<P, 'put'>>;
  }

  /** Reads a part of a file, from the address that the part before named. Throws as `get` does. */
  part(at: string): Promise<FilePart> {
    return this.ask('GET', at, {}, undefined, async (response) => {
      const next = /<([^>]+)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
      return { text: await response.text(), next };
    });
  }

  /** Sends a file as it is; its type says what it holds. Throws as `post` does. */
  send<P extends PathsWith<'post'>>(path: P, asked: Needed<'query', Part<Operation<P, 'post'>, 'query'>> & { file: Blob }): Promise<Answer<P, 'post'>> {
    return this.call('POST', path, asked as Request) as Promise<Answer<P, 'post'>>;
  }

  private call(method: string, path: string, asked: Request, signal?: AbortSignal): Promise<unknown> {
    return this.ask(method, address(path, this.jurisdiction, asked), asked, signal, (response) => response.json() as Promise<unknown>);
  }

  private async ask<A>(method: string, at: string, asked: Request, signal: AbortSignal | undefined, read: (response: Response) => Promise<A>): Promise<A> {
    const headers: Record<string, string> = { Accept: 'application/json, application/geo+json, text/csv' };
    const { token } = this;
    if (token) headers['Authorization'] = `Bearer ${token}`;
    if (asked.key) headers['Idempotency-Key'] = asked.key;
    const init: RequestInit = { method, headers, credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error' };
    if (asked.body !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(asked.body);
    } else if (asked.file) {
      headers['Content-Type'] = asked.file.type;
      init.body = asked.file;
    }
    const patience = AbortSignal.timeout(this.options.patience ?? 20_000);
    init.signal = signal ? AbortSignal.any([signal, patience]) : patience;
    const send = this.options.fetch ?? fetch;
    const cut = offline();
    try {
      const response = await (this.options.early?.(at)?.catch(() => send(at, init)) ?? send(at, init));
      if (response.ok) return await read(response);
      throw new Refusal(response.status, faultOf(await response.json()), Number(response.headers.get('Retry-After')) || undefined);
    } catch (error) {
      if (error instanceof Refusal || signal?.aborted) throw error;
      // No connection, no answer in time, or an answer of something that is not our server.
      throw new Unreached(error, cut && offline());
    }
  }
}

/** Whether the device says that it has no network at all. */
function offline(): boolean {
  return globalThis.navigator?.onLine === false;
}

function faultOf(answer: unknown): Fault {
  const fault = (answer ?? {}) as Partial<Fault>;
  if (typeof fault.code !== 'string' || typeof fault.message !== 'string') throw new TypeError('not an answer of this contract');
  return fault as Fault;
}

/** The address of an operation: every parameter escaped, those without a value left out. */
export function address(path: string, jurisdiction: string, asked: Pick<Request, 'path' | 'query'>): string {
  const values: Record<string, unknown> = { ...asked.path, jurisdiction };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${filled}?${text}` : filled;
}
