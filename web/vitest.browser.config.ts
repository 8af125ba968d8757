import { defineConfig } from 'vitest/config';

// Two files at a time, each with a browser and a server of its own: one leaves two processors idle half of the time. Every step is bounded by itself.
export default defineConfig({
  test: {
    // As long as everything else is waited for; a second is short on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    include: ['tests/browser/*.test.ts'],
    globalSetup: 'tests/browser/build.ts',
    environment: 'node',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
