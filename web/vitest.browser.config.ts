import { defineConfig } from 'vitest/config';

// One browser and one server, used by one file after the other; every step is bounded by itself.
export default defineConfig({
  test: {
    include: ['tests/browser/*.test.ts'],
    globalSetup: 'tests/browser/build.ts',
    environment: 'node',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
