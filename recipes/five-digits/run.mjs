// What `npm run recipe -- five-digits` does once the packages are built: trains the joint model, the digit strings and a fold for each
// speaker, part by part, and puts their numbers into one summary and one report. What is finished is not trained again.
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRunFolder } from '../tools/run-folder.mjs';
import { writeSummary } from './report/write-summary.mjs';

const HERE = 'recipes/five-digits';
const PEOPLE = ['jackson', 'nicolas', 'theo', 'yweweler'];

export const HELP = `npm run recipe -- five-digits             data, joint run, strings, folds over speakers, summary and report
npm run recipe -- five-digits --summary   summary.json and report.html anew from what is finished, without training
npm run recipe -- five-digits --seed N    the joint run alone with another seed, in runs/five-digits-seed-N, for the summary to compare
Other flags, such as --quick and --steps N, are those of modalkit train, for each training. A run that was stopped goes on with
the part it was at; one that is finished is kept as runs/five-digits-before when a new one begins.`;

/**
 * @typedef {(args: readonly string[]) => Promise<number>} Modalkit runs the command; resolves to its exit code
 * @param {{ runs: string, args: readonly string[], flags: readonly string[], makeData: () => Promise<string>, modalkit: Modalkit }} start
 *   folder of all runs, what the user asks for, flags for each training besides, and how the data is made and the command run
 * @returns {Promise<number>} exit code
 */
export async function run({ runs, args, flags, makeData, modalkit }) {
  const main = join(runs, 'five-digits');
  if (args.includes('--summary')) return summary(main, args);
  const seed = seedOf(args);
  const folder = seed === undefined ? main : `${main}-seed-${seed}`;
  const data = await makeData();
  const parts = seed === undefined ? partsOf(folder, data) : [jointOf(folder)];
  for (const { to } of parts) await keepResult(to);
  await adopt(folder, args);
  await openRunFolder(folder, args, { finished: parts.every(isDone) });
  for (const part of parts) {
    const code = await train(part, [...flags, ...args], modalkit);
    if (code !== 0) return code;
  }
  if (isDone(jointOf(main))) await writeSummary(main);
  else console.log(`${main} is not trained yet: the summary waits for it.`);
  return 0;
}

async function summary(folder, args) {
  if (args.length > 1) throw new Error('five-digits: --summary trains nothing and takes no other flags.');
  for (const { to } of partsOf(folder)) await keepResult(to);
  const open = partsOf(folder).filter((part) => !isDone(part));
  await writeSummary(folder);
  if (open.length > 0)
    console.log(`Not in it, since they are not trained: ${open.map(({ name }) => name).join(', ')}.`);
  return 0;
}

function seedOf(args) {
  const at = args.findIndex((arg) => /^--seed(=|$)/.test(arg));
  if (at < 0) return undefined;
  const seed = args[at].split('=')[1] ?? args[at + 1];
  if (!/^\d+$/.test(seed ?? ''))
    throw new Error(`five-digits: --seed takes a whole number from 0, not ${seed ?? 'nothing'}.`);
  return Number(seed);
}

const jointOf = (folder) => ({ name: 'joint', config: HERE, to: folder });

/** The trainings; with a folder of data the folds over those speakers alone who are in it. */
function partsOf(folder, data) {
  const people = PEOPLE.filter((person) => !data || existsSync(join(data, `speaker-${person}.jsonl`)));
  return [
    jointOf(folder),
    { name: 'strings', config: `${HERE}/strings`, to: join(folder, 'strings') },
    ...people.map((name) => ({
      name,
      config: `${HERE}/speakers/${name}.config.ts`,
      to: join(folder, 'speakers', name),
    })),
  ];
}

const isDone = ({ to }) => existsSync(join(to, 'trained.json'));

/** What a training has measured becomes trained.json: summary.json is the whole recipe's. */
async function keepResult(folder) {
  const file = join(folder, 'summary.json');
  const found = JSON.parse(await readFile(file, 'utf8').catch(() => 'null'));
  if (found?.reason === 'finished') await rename(file, join(folder, 'trained.json'));
}

/** A joint run that was trained by the command itself is taken as one without flags. */
async function adopt(folder, args) {
  if (args.length > 0 || !isDone(jointOf(folder)) || existsSync(join(folder, 'options.json'))) return;
  console.log(`${folder} was trained by modalkit train: it is kept as it is, and what is missing is added.`);
  await writeFile(join(folder, 'options.json'), '[]\n');
}

/** Trains a part unless that is done. */
async function train(part, flags, modalkit) {
  if (isDone(part)) {
    console.log(`${part.name} is trained already.`);
    return 0;
  }
  const code = await modalkit(['train', part.config, '--run', part.to, ...flags]);
  await keepResult(part.to);
  return code;
}
