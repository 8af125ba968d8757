import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { browserMissing, startBrowser } from './browser.ts';
import { startServer, type Server } from './server.ts';

/** What the tests of a suite have while they run. */
export interface Running {
  readonly server: Server;
  readonly browser: Browser;
  /** A browser that can draw no map, started with the first call. */
  blind(): Promise<Browser>;
}

/** A suite of tests with a server and a browser of its own; skipped, and called so, where there is no Chromium. */
export function withServer(name: string, tests: (on: Running) => void): void {
  const missing = browserMissing();
  describe.skipIf(missing)(`${name}${missing ? ` (skipped: ${missing})` : ''}`, () => {
    let [server, browser]: [Server | undefined, Browser | undefined] = [undefined, undefined];
    let blind: Promise<Browser> | undefined;
    const begun = <T>(one: T | undefined): T => {
      if (one === undefined) throw new Error('only the tests of the suite have it, once they run');
      return one;
    };
    beforeAll(async () => {
      server = await startServer();
      browser = await startBrowser({ webgl: true });
    });
    afterAll(async () => {
      const ended = await Promise.allSettled([browser?.close(), blind?.then((one) => one.close()), server?.stop()]); // each, whatever became of the others
      const failed = ended.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    });
    tests({ get server() { return begun(server); }, get browser() { return begun(browser); }, blind: () => (blind ??= startBrowser({ webgl: false })) });
  });
}
