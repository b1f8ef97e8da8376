import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['modalkit-src'], externalConditions: ['node', 'import'] } },
  resolve: { conditions: ['modalkit-src'] },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'plugins/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: process.env.MODALKIT_FULL ? 300_000 : 60_000,
    hookTimeout: 60_000,
  },
});
