// What `npm run recipe -- five-digits` does when the data is there: trains the joint model, the digit strings and a fold for each
// speaker, and puts their numbers into one summary. A run that was stopped goes on with the part it was at.
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { summarise } from './summary.mjs';

const HERE = 'recipes/five-digits';
const PEOPLE = ['jackson', 'nicolas', 'theo', 'yweweler'];

/**
 * @param {{ folder: string, options: readonly string[], data: string, modalkit: (args: readonly string[]) => Promise<number> }} start
 *   `folder` of the run, flags for each training, folder of the data, and how the command is run
 * @returns {Promise<number>} exit code
 */
export async function run({ folder, options, data, modalkit }) {
  const joint = { config: HERE, to: folder, name: 'joint' };
  const strings = { config: `${HERE}/strings`, to: join(folder, 'strings'), name: 'strings' };
  const folds = PEOPLE.filter((person) => existsSync(join(data, `speaker-${person}.jsonl`))).map((person) => ({
    config: `${HERE}/speakers/${person}.config.ts`,
    to: join(folder, 'speakers', person),
    name: person,
  }));
  const results = {};
  for (const { config, to, name } of [joint, strings, ...folds]) {
    const code = await train(config, to, options, modalkit);
    if (code !== 0) return code;
    results[name] = JSON.parse(await readFile(join(to, 'trained.json'), 'utf8'));
  }
  const { joint: jointly, strings: transcribed, ...speakers } = results;
  const { times } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
  const summary = summarise(jointly, transcribed, speakers, times);
  await writeFile(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  console.log(`Summary: ${join(folder, 'summary.json')}`);
  return 0;
}

/** Trains unless that is done. What the command has measured is set aside: the run is finished with its last part. */
async function train(config, to, options, modalkit) {
  const done = join(to, 'trained.json');
  if (existsSync(done)) return 0;
  const code = await modalkit(['train', config, '--run', to, ...options]);
  if (code === 0) await rename(join(to, 'summary.json'), done);
  return code;
}
