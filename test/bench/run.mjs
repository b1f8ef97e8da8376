// npm run bench -- <name> [--json] [its own flags]      one of the files beside this one: step, startup, peers
// The last line is always one JSON object. Without --json, lines for people stand before it.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setup } from '../../recipes/setup.mjs';
import { stopChildrenOnSignals } from '../../recipes/tools/children.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const NAMES = readdirSync(HERE)
  .map((file) => /^(.*)\.bench\.mjs$/.exec(file)?.[1])
  .filter((name) => name !== undefined);

async function main(args) {
  const name = args.find((arg) => !arg.startsWith('-'));
  if (!NAMES.includes(name)) {
    console.error(`bench: there is no benchmark "${name ?? ''}"; there are ${NAMES.join(', ')}.`);
    return 2;
  }
  const quiet = args.includes('--json');
  stopChildrenOnSignals();
  await setup({ quiet });
  const { bench } = await import(pathToFileURL(join(HERE, `${name}.bench.mjs`)).href);
  const result = await bench(args);
  if (!quiet)
    for (const [key, value] of Object.entries(result))
      console.log(`${key.padEnd(18)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  console.log(JSON.stringify(result));
  return 0;
}

// What a benchmark leaves open, workers above all, must not keep it alive.
process.exit(
  await main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    return 1;
  }),
);
