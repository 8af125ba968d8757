import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

/** The server that the browser talks to. */
export interface Server {
  url: string;
  /** Folder of what it keeps, if it is known. */
  kept: string | undefined;
  stop(): Promise<void>;
}

/** Takes the server at WEIGE_URL, or starts one of its own with the demo in a folder that goes away with it; always its own, told more by `env`. */
export async function startServer(env?: Record<string, string>): Promise<Server> {
  const given = env ? undefined : process.env['WEIGE_URL'];
  if (given) return { url: given.replace(/\/$/, ''), kept: process.env['WEIGE_VAR'], stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'weige-browser-'));
  const program = inject('program');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let said = '';
  const child = spawn(program, { cwd: root, env: { ...process.env, ...env, PORT: String(port), VAR: join(folder, 'var') }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { said += text.toString(); });
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(url, child);
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}\n${said}`);
  }
  return { url, kept: join(folder, 'var'), stop };
}

/** Waits until the demo is loaded; two minutes at most. */
async function ready(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error('the server was not ready in time');
}

/** Ends the process that was started, by its id, and waits for it. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
