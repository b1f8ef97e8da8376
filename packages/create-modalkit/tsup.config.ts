import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';
import base from '../../tsup.config';

const templates = fileURLToPath(new URL('../../templates', import.meta.url));

export default defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/bin.ts'],
  onSuccess: async () => {
    // what was renamed or deleted must not stay from the build before
    rmSync('dist/templates', { recursive: true, force: true });
    cpSync(templates, 'dist/templates', { recursive: true });
  },
});
