// What `npm run recipe -- masked` does once the packages are built: three trainings, of which two take a moment, and linear probes;
// then the summary. What is finished is not trained again.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRunFolder } from '../tools/run-folder.mjs';
import { commonestToken } from './commonest-token.mjs';
import { meanOfSteps, summarise } from './summary.mjs';

const HERE = 'recipes/masked';

export const HELP = `npm run recipe -- masked             data, pre-training, random encoders, hidden words, summary
npm run recipe -- masked --summary   summary.json anew from what is finished, without training
Other flags, such as --quick and --steps N, are those of modalkit train, for the pre-training. A recipe that was stopped goes on with
the training it was at; one that is finished is kept as runs/masked-before when a new one begins.`;

/**
 * @typedef {(args: readonly string[]) => Promise<number>} Modalkit runs the command; resolves to its exit code
 * @param {{ runs: string, args: readonly string[], flags: readonly string[], makeData: () => Promise<string | undefined>, modalkit: Modalkit }} start
 * @returns {Promise<number>} exit code
 */
export async function run({ runs, args, flags, makeData, modalkit }) {
  const folder = join(runs, 'masked');
  if (!args.includes('--summary')) {
    await makeData();
    const parts = partsOf(folder, args);
    await openRunFolder(folder, args, { finished: parts.every(({ to }) => isDone(to)) });
    for (const { config, to, given } of parts) {
      if (isDone(to)) continue;
      const code = await modalkit(['train', `${HERE}/${config}`, '--run', to, '--no-report', ...given, ...flags]);
      if (code !== 0) return code;
    }
  }
  return writeSummary(folder);
}

function partsOf(folder, args) {
  const pretrained = join(folder, 'pretrained');
  return [
    { config: 'random.config.ts', to: join(folder, 'random'), given: [] },
    { config: 'modalkit.config.ts', to: pretrained, given: args },
    { config: 'words.config.ts', to: join(folder, 'words'), given: ['--set', `train.from=${pretrained}`] },
  ];
}

const isDone = (folder) => existsSync(join(folder, 'summary.json'));

async function writeSummary(folder) {
  const read = async (name) =>
    JSON.parse(await readFile(join(folder, name, 'summary.json'), 'utf8').catch(() => 'null'));
  const [random, pretrained] = await Promise.all(['random', 'pretrained'].map(read));
  if (!random || !pretrained || !isDone(join(folder, 'words'))) {
    console.log(`${folder}: not all of it is finished: the summary waits for it.`);
    return 0;
  }
  const lines = await readFile(join(folder, 'words', 'metrics.jsonl'), 'utf8');
  const summary = summarise({
    random,
    pretrained,
    words: meanOfSteps(lines, 'measured/words/accuracy'),
    commonest: await commonestToken(join(HERE, 'modalkit.config.ts')),
  });
  const file = join(folder, 'summary.json');
  await writeFile(file, `${JSON.stringify(summary, null, 2)}\n`);
  console.log(`${JSON.stringify(summary.holds)}\nSummary: ${file}`);
  return 0;
}
