import { defineConfig } from 'tsup';

/** One build for every package: ESM and types from its own `src/index.ts` and the other files its exports name. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
