import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/**
 * @typedef {{ value: number, low: number, high: number, n: number }} Measured
 * @typedef {{ folder: string, config: object, times: Record<string, number>, step: number, trainSeconds: number, peakRssMb: number,
 *   backend: string, values: Record<string, Measured>, figures: readonly { title: string }[],
 *   bySample?: import('./gains.mjs').Run['bySample'] }} Result
 *   a finished training: what it took, and what its last evaluation found
 * @typedef {{ joint: Result, strings?: Result, speakers: Record<string, Result>, seeds: readonly Result[] }} Results
 */

/**
 * All that is finished of the recipe.
 * @param {string} folder of the joint run; the others lie in it and beside it
 * @returns {Promise<Results>} `seeds`: the joint run, and those of other seeds with the same config
 * @throws Error when the joint run isn't finished
 */
export async function readResults(folder) {
  const joint = await readResult(folder);
  if (!joint)
    throw new Error(`five-digits: there is no finished run in ${folder}; train it by npm run recipe -- five-digits.`);
  const people = (await readdir(join(folder, 'speakers')).catch(() => [])).sort();
  const speakers = await Promise.all(
    people.map(async (person) => [person, await readResult(join(folder, 'speakers', person))]),
  );
  return {
    joint,
    strings: await readResult(join(folder, 'strings')),
    speakers: Object.fromEntries(speakers.filter(([, result]) => result)),
    seeds: await readSeeds(joint),
  };
}

async function readSeeds(joint) {
  const runs = dirname(joint.folder);
  const name = new RegExp(`^${basename(joint.folder)}-seed-\\d+$`);
  const found = (await readdir(runs)).filter((entry) => name.test(entry)).map((entry) => join(runs, entry));
  const others = (await Promise.all(found.map(readResult))).filter((result) => result !== undefined);
  const seeds = [joint];
  for (const other of others.sort((a, b) => a.config.seed - b.config.seed)) {
    if (!isDeepStrictEqual(recipeOf(other), recipeOf(joint)))
      console.log(`${other.folder} was trained with another config: it is no part of the summary.`);
    else if (seeds.every(({ config }) => config.seed !== other.config.seed)) seeds.push(other);
  }
  return seeds;
}

/** All of a run's config but its seed. */
const recipeOf = ({ config }) => ({ ...config, seed: undefined });

/** @returns {Promise<Result | undefined>} undefined when it isn't finished */
async function readResult(folder) {
  const read = async (file) => JSON.parse(await readFile(join(folder, file), 'utf8').catch(() => 'null'));
  const [trained, evaluation, run, bySample] = await Promise.all(
    ['trained.json', 'evaluation.json', 'run.json', 'by-sample.json'].map(read),
  );
  if (!trained || !evaluation || !run) return undefined;
  const { values, figures } = evaluation;
  const fits = bySample?.step === evaluation.step && bySample?.split === evaluation.split;
  const { step, trainSeconds, peakRssMb, backend } = trained;
  return {
    ...{ folder, config: run.config, times: run.times, step, trainSeconds, peakRssMb, backend, values, figures },
    ...(fits && { bySample }),
  };
}
