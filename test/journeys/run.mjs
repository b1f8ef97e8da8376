// npm run journey: from `npm create modalkit` to a model that is trained with the new plugin, against a registry on loopback.
import { join } from 'node:path';
import { runChild, stopChildrenOnSignals } from '../../recipes/tools/children.mjs';
import { ROOT } from '../../recipes/tools/packages.mjs';

stopChildrenOnSignals();
const run = async (file, ...args) => {
  const env = { ...process.env, MODALKIT_FULL: '1' };
  const { code } = await runChild(process.execPath, [join(ROOT, file), ...args], { cwd: ROOT, env, show: true });
  if (code !== 0) process.exit(code);
};
await run('recipes/build.mjs');
await run('node_modules/vitest/vitest.mjs', 'run', 'test/journeys/author');
