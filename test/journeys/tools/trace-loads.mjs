// node --import trace-loads.mjs …: at its end a process writes every module it has loaded, one `loaded <path>` a line, to stderr.
import { writeSync } from 'node:fs';
import { createRequire, register } from 'node:module';

const hooks = `
import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(2, 'loaded ' + url + '\\n');
  return next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
const require = createRequire(import.meta.url);
process.on('exit', () => {
  for (const path of Object.keys(require.cache)) writeSync(2, `loaded ${path}\n`);
});
