/**
 * A script of its own that comes before the program of a page and asks meanwhile for what the program will ask for first: on a slow line the one
 * would wait for the other otherwise. Depends on nothing, so that it is there at once. What it asks for is what `readSetting` does, by the same addresses.
 */
declare global {
  interface Window { early?: Early }
}

export interface Early {
  /** Answers by their address, each for whoever asks for it first. */
  answers: Map<string, Promise<Response>>;
  /** Settled once everything is asked for that is. */
  asked: Promise<unknown>;
}

interface Pointer { jurisdiction?: string; boundary_set?: string }

const answers = new Map<string, Promise<Response>>();

function request(at: string, init: RequestInit): Promise<Response> {
  // Whole, so that it waits for a program that comes later than it may take itself. As text: `blob` of what was preloaded may never come (Chromium 156, twice in a hundred).
  const answer = fetch(at, { ...init, signal: AbortSignal.timeout(20_000) }).then(async (one) => new Response(await one.text(), one));
  answer.catch(() => undefined); // it may fail before anybody asks for it, who asks again then
  answers.set(at, answer);
  return answer;
}

/** Asks for what leads on to more: its answer is read here as well. */
async function ask(at: string, init: RequestInit = {}): Promise<Pointer> {
  return (await (await request(at, init).then((one) => one.clone())).json()) as Pointer;
}

async function begin(): Promise<void> {
  const others: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error' };
  const { jurisdiction } = await ask('/config.json');
  const named = new URLSearchParams(location.search).get('j') ?? '';
  const here = `/v1/${/^[a-z0-9][a-z0-9-]{0,31}$/.test(named) ? named : jurisdiction ?? ''}`; // as `jurisdictionIn` has it
  const { boundary_set } = await ask(here, others);
  if (boundary_set) request(`${here}/boundary-sets/${boundary_set}/areas?geometry=false`, others);
}

// A program that was quicker has begun by itself.
window.early ??= { answers, asked: begin().catch(() => undefined) };
