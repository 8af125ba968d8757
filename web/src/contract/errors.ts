import type { Catalogue } from '../locale/locale.ts';
import type { Fault } from './schemas.ts';

/** The server answered, and said no. */
export class Refusal extends Error {
  readonly status: number;
  readonly fault: Fault;
  /** Seconds after which trying again helps; undefined where the server does not say. */
  readonly after: number | undefined;

  constructor(status: number, fault: Fault, after?: number) {
    super(`${status} ${fault.code}: ${fault.message}`);
    this.name = 'Refusal';
    this.status = status;
    this.fault = fault;
    this.after = after;
  }
}

/** No answer came that can be trusted; whether the server did it is unknown. */
export class Unreached extends Error {
  /** It is known not to have been sent: the device had no network, before and after. */
  readonly unsent: boolean;

  constructor(cause: unknown, unsent = false) {
    super('no answer', { cause });
    this.name = 'Unreached';
    this.unsent = unsent;
  }
}

/** Whether an error says that nothing was sent, so that nothing can have been done by this try. */
export function isUnsent(error: unknown): boolean {
  return error instanceof Unreached && error.unsent;
}

/** Whether the outcome of a write is open after this error: then it must be tried again with the same key and nothing else. */
export function isOpen(error: unknown): boolean {
  if (error instanceof Refusal) return error.status >= 500 || error.status === 408 || error.status === 429;
  return true;
}

export function hasCode(error: unknown, code: string): error is Refusal {
  return error instanceof Refusal && error.fault.code === code;
}

/** The field of the request that the server names, or undefined. */
export function fieldOf(error: unknown): string | undefined {
  return error instanceof Refusal ? error.fault.field || undefined : undefined;
}

/**
 * A sentence about an error for the reader. The server writes English; in English its sentence about a field says more than ours, in
 * other languages ours, by code, can be read.
 */
export function sentence(t: Catalogue, error: unknown): string {
  if (!(error instanceof Refusal)) return t.fault_network;
  if (t.lang === 'en') return error.fault.message;
  const key = `fault_${error.fault.code}`;
  return key in t ? (t[key as keyof Catalogue] as string) : error.fault.message;
}
