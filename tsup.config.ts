import { defineConfig } from 'tsup';

/** One build for every package, ESM; `npm run build` adds the types (docs/decisions/build.md). */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  sourcemap: true,
  clean: ['!**/*.d.ts'],
  splitting: true,
});
