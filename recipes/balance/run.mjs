// What `npm run recipe -- balance` does once the packages are built: every training, each followed by a linear probe on its frozen
// towers, for three seeds; then the summary and the report. What is finished is not trained again.
import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../tools/packages.mjs';
import { openRunFolder } from '../tools/run-folder.mjs';
import { summarise, tableFigure } from './summary.mjs';
import { PROBE, TRAININGS } from './trainings.mjs';

const SEEDS = [0, 1, 2];
const REPORT = join(ROOT, 'packages', 'report', 'dist', 'index.js');

export const HELP = `npm run recipe -- balance             data, 11 trainings and probes for each of three seeds, summary and report
npm run recipe -- balance --seed N    those of one seed
npm run recipe -- balance --summary   summary.json and report.html anew from what is finished, without training
Other flags, such as --quick and --steps N, are those of modalkit train, for each training. About 13 minutes a seed on two cores. A
recipe that was stopped goes on with the training it was at; one that is finished is kept as runs/balance-before when a new one begins.`;

/**
 * @typedef {(args: readonly string[]) => Promise<number>} Modalkit runs the command; resolves to its exit code
 * @param {{ runs: string, args: readonly string[], flags: readonly string[], makeData: () => Promise<string | undefined>, modalkit: Modalkit }} start
 * @returns {Promise<number>} exit code
 */
export async function run({ runs, args, flags, makeData, modalkit }) {
  const folder = join(runs, 'balance');
  if (!args.includes('--summary')) {
    const { seeds, rest } = seedsOf(args);
    await makeData();
    const parts = seeds.flatMap((seed) => partsOf(folder, seed));
    await openRunFolder(folder, rest, { finished: parts.every(({ to }) => isDone(to)) });
    for (const { config, to, given } of parts) {
      if (isDone(to)) continue;
      console.log(`${to}`);
      const code = await modalkit(['train', config, '--run', to, '--no-report', ...given, ...flags, ...rest]);
      if (code !== 0) return code;
    }
  }
  return writeSummary(folder);
}

function seedsOf(args) {
  const at = args.indexOf('--seed');
  if (at < 0) return { seeds: SEEDS, rest: [...args] };
  const seed = args[at + 1] ?? '';
  if (!/^\d+$/.test(seed)) throw new Error(`balance: --seed takes a whole number from 0, not ${seed || 'nothing'}.`);
  return { seeds: [Number(seed)], rest: args.filter((_, index) => index !== at && index !== at + 1) };
}

/** Each training and then its probe, which begins with its towers. */
function partsOf(folder, seed) {
  return TRAININGS.flatMap(({ name, config }) => {
    const to = join(folder, `seed-${seed}`, name);
    const seeded = ['--seed', String(seed)];
    return [
      { config, to, given: seeded },
      { config: PROBE, to: join(to, 'probe'), given: [...seeded, '--set', `train.from=${to}`] },
    ];
  });
}

const isDone = (folder) => existsSync(join(folder, 'summary.json'));
const readJson = async (file) => JSON.parse(await readFile(file, 'utf8'));

/** From all trainings that have their probe; the page shows the plain joint training and the table. */
async function writeSummary(folder) {
  const results = [];
  for (const seed of await seedsIn(folder))
    for (const { name } of TRAININGS) {
      const to = join(folder, `seed-${seed}`, name);
      if (!isDone(join(to, 'probe'))) continue;
      const [joint, probe] = [
        await readJson(join(to, 'summary.json')),
        await readJson(join(to, 'probe', 'summary.json')),
      ];
      results.push({ seed, name, joint, probe });
    }
  if (!results.some(({ name }) => name === 'apart')) {
    console.log(`${folder}: nothing is finished yet: the summary waits for it.`);
    return 0;
  }
  const summary = summarise(results);
  const write = (file, content) => writeFile(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
  await write('summary.json', summary);
  await write('parts.json', {
    lead: summary.finding,
    parts: [{ title: 'Balancers', figures: [tableFigure(summary)] }],
  });
  const plain = join(folder, `seed-${results[0].seed}`, 'plain');
  for (const file of ['run.json', 'evaluation.json', 'metrics.jsonl'])
    if (existsSync(join(plain, file))) await copyFile(join(plain, file), join(folder, file));
  const { renderReport } = await import(pathToFileURL(REPORT).href);
  console.log(`${summary.finding}\nSummary: ${join(folder, 'summary.json')}\nReport: ${await renderReport(folder)}`);
  return 0;
}

/** Seeds that there are runs of. */
async function seedsIn(folder) {
  const names = await readdir(folder).catch(() => []);
  const seeds = names.flatMap((name) => /^seed-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return seeds.sort((a, b) => a - b);
}
