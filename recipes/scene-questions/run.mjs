// What `npm run recipe -- scene-questions` does once the packages are built: three fusions compared, the question alone, then early fusion
// where words nearly tell the answer, with and without what makes it look; then the summary. What is finished is not trained again.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRunFolder } from '../tools/run-folder.mjs';
import { makeData as makeTelling } from './dominance/make-data.mjs';
import { summarise } from './summary.mjs';

const HERE = 'recipes/scene-questions';
/** Of the small trainings where words nearly tell the answer. */
const SEEDS = [0, 1, 2];

export const HELP = `npm run recipe -- scene-questions             data, the three fusions, the question alone, dominance, summary
npm run recipe -- scene-questions --summary   summary.json anew from what is finished, without training
--steps N, --quick and --set are given to every training. About 40 minutes on two cores with other work beside it. One that was stopped
goes on with the training it was at; one that is finished is kept as runs/scene-questions-before when a new one begins.`;

/**
 * @typedef {(args: readonly string[]) => Promise<number>} Modalkit runs the command; resolves to its exit code
 * @param {{ runs: string, args: readonly string[], makeData: () => Promise<string | undefined>, modalkit: Modalkit }} start
 * @returns {Promise<number>} exit code
 */
export async function run({ runs, args, makeData, modalkit }) {
  const folder = join(runs, 'scene-questions');
  if (!args.includes('--summary')) {
    await makeData();
    await makeTelling();
    await openRunFolder(folder, args);
    for (const { to, given } of partsOf(folder)) {
      if (existsSync(join(to, 'summary.json'))) continue;
      const code = await modalkit([...given, '--run', to, ...args]);
      if (code !== 0) return code;
    }
  }
  return writeSummary(folder);
}

/** A comparison that is finished is only read. */
const partsOf = (folder) => [
  { to: join(folder, 'fusions'), given: ['compare', HERE, '--fusion', 'early,late,cross'] },
  { to: join(folder, 'question'), given: ['train', `${HERE}/question.config.ts`, '--no-report'] },
  ...SEEDS.flatMap((seed) => {
    const [to, seeded] = [join(folder, `dominance/seed-${seed}`), ['--seed', String(seed)]];
    return [
      { to: join(to, 'early'), given: ['compare', `${HERE}/dominance`, ...seeded] },
      { to: join(to, 'question'), given: ['train', `${HERE}/dominance/question.config.ts`, '--no-report', ...seeded] },
    ];
  }),
];

/** The trainings by name, where they are in the run's folder. */
const TRAININGS = {
  ...{ early: 'fusions/early', late: 'fusions/late', cross: 'fusions/cross' },
  question: 'question',
};
/** Those of each seed where words nearly tell the answer: the values of the sweep, and the question alone. */
const TELLING = { plain: 'early/01', looking: 'early/02', question: 'question' };

async function writeSummary(folder) {
  const results = await resultsIn(folder, TRAININGS);
  const telling = await Promise.all(SEEDS.map((seed) => resultsIn(join(folder, 'dominance', `seed-${seed}`), TELLING)));
  if (!results || telling.includes(undefined)) {
    console.log(`${folder}: not all of it is finished: the summary waits for it.`);
    return 0;
  }
  const summary = summarise(results, telling);
  const file = join(folder, 'summary.json');
  await writeFile(file, `${JSON.stringify(summary, null, 2)}\n`);
  console.log(`${JSON.stringify(summary.holds)}\nSummary: ${file}`);
  return 0;
}

/** summary.json of some trainings by name; undefined where one isn't finished. */
async function resultsIn(folder, places) {
  const files = Object.entries(places).map(([name, place]) => [name, join(folder, place, 'summary.json')]);
  if (!files.every(([, file]) => existsSync(file))) return undefined;
  const read = async ([name, file]) => [name, JSON.parse(await readFile(file, 'utf8'))];
  return Object.fromEntries(await Promise.all(files.map(read)));
}
