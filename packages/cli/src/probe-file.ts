import { fileURLToPath } from 'node:url';

/** What looks at an installed plugin from its own process; beside `dist` and `src`. */
export const PROBE = fileURLToPath(new URL('../probe.mjs', import.meta.url));
