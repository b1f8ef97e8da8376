import { configDefaults, defineConfig } from 'vitest/config';

/** Files with a process of their own: they look at its memory, handles or signals, or run commands that are judged by what they print. */
const ALONE = [
  'test/**/*.test.ts',
  'packages/backend/test/capture/capture-program.test.ts',
  'packages/core/test/checkpoint/hostile-headers.test.ts',
  'packages/core/test/metrics/retrieval.test.ts',
  'packages/report/test/render-report.test.ts',
  'plugins/image/test/hostile-pictures.test.ts',
  'plugins/video/test/memory.test.ts',
];

export default defineConfig({
  ssr: { resolve: { conditions: ['modalkit-src'], externalConditions: ['node', 'import'] } },
  resolve: { conditions: ['modalkit-src'] },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: process.env.MODALKIT_FULL ? 300_000 : 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      // Files in turn in the same process: TensorFlow.js and our own code are loaded once.
      {
        extends: true,
        test: {
          name: 'together',
          isolate: false,
          include: ['packages/*/test/**/*.test.ts', 'plugins/*/test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...ALONE],
        },
      },
    ],
  },
});
