import { defineConfig } from 'vitest/config';

// One browser and one server, used by one file after the other; every step is bounded by itself.
export default defineConfig({
  test: {
    // As long as everything else is waited for; a second is short on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    include: ['tests/browser/*.test.ts'],
    globalSetup: 'tests/browser/build.ts',
    environment: 'node',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
