import { normalBelow, normalQuantile } from './normal.mjs';

/** What adding an input may cost: one point. */
const MARGIN = 0.01;
/** Chance of a false alarm, shared by all comparisons (Bonferroni). */
const LEVEL = 0.05;

/**
 * @typedef {{ seed: number, bySample: { ids: readonly string[], values: Record<string, readonly (number | null)[]> } }} Run
 * @typedef {{ name: string, value: number, low: number, high: number, n: number, p: number }} Gain
 *   `low` and `high`: 95 % interval that holds for all comparisons together; `p` of costing no more than a point, corrected
 */

/**
 * Whether adding an input to some others costs significantly more than a point anywhere, over all runs that there are.
 *
 * Runs are paired by the samples' ids: of each sample the mean over the seeds of right (1) or wrong (0), with the input
 * and without, is one difference, and these are tested one-sided against -0.01 by their mean and standard error. So
 * samples are what varies; the seeds are averaged over and taken as they are, which three of them are too few to generalise.
 * @param {readonly Run[]} runs
 * @param {RegExp} [named] what its columns of subsets are called, the inputs in brackets
 */
export function compareGains(runs, named = /^subsets\/digit\/(.+)$/) {
  const tables = runs.map(tableOf);
  const names = Object.keys(runs[0]?.bySample.values ?? {}).flatMap((column) => named.exec(column)?.[1] ?? []);
  const pairs = names.flatMap((less) =>
    names.filter((more) => adds(less.split('+'), more.split('+'))).map((more) => ({ less, more })),
  );
  const column = (name) => Object.keys(runs[0].bySample.values).find((each) => named.exec(each)?.[1] === name);
  const gains = pairs
    .map(({ less, more }) => gainOf(`${less}->${more}`, differences(tables, column(less), column(more)), pairs.length))
    .sort((a, b) => a.value - b.value || a.p - b.p);
  return {
    seeds: runs.map(({ seed }) => seed),
    samples: gains[0]?.n ?? 0,
    margin: MARGIN,
    comparisons: gains.length,
    worst: gains[0] ?? null,
    // nothing compared is not the same as nothing found
    significantlyBelow: gains.length > 0 ? gains.filter(({ p }) => p < LEVEL).map(({ name }) => name) : null,
    gains,
  };
}

const adds = (less, more) => more.length === less.length + 1 && less.every((input) => more.includes(input));

/** A run's numbers of each column by sample. */
function tableOf({ bySample: { ids, values } }) {
  const column = ([name, numbers]) => [name, new Map(ids.map((id, row) => [id, numbers[row]]))];
  return new Map(Object.entries(values).map(column));
}

/** Mean over the runs of what a sample gains, of the samples for which all runs know it. */
function differences(tables, less, more) {
  const perRun = (id) => tables.map((table) => known(table.get(more)?.get(id)) - known(table.get(less)?.get(id)));
  return [...tables[0].get(more).keys()]
    .map((id) => perRun(id).reduce((sum, difference) => sum + difference, 0) / tables.length)
    .filter(Number.isFinite);
}

const known = (number) => number ?? Number.NaN;

/** @returns {Gain} */
function gainOf(name, all, comparisons) {
  const n = all.length;
  const value = all.reduce((sum, each) => sum + each, 0) / n;
  const error = Math.sqrt(all.reduce((sum, each) => sum + (each - value) ** 2, 0) / (n - 1) / n);
  const reach = normalQuantile(1 - LEVEL / 2 / comparisons) * error;
  const above = value + MARGIN;
  const p = error > 0 ? normalBelow(above / error) : Number(above >= 0);
  return { name, value, low: value - reach, high: value + reach, n, p: Math.min(1, p * comparisons) };
}
