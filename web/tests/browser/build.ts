import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the server, built from what is there now. */
    program: string;
  }
}

/** Builds the server once for all files of tests, and takes it away in the end. */
export default async function build(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'weige-program-'));
  const program = join(folder, 'weige');
  await promisify(execFile)('go', ['build', '-o', program, './functions/local'], { cwd: resolve(import.meta.dirname, '../../..'), timeout: 240_000 });
  project.provide('program', program);
  return () => rm(folder, { recursive: true, force: true });
}
