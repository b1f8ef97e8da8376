import {
  CONTRACT,
  definePlugin,
  type Evaluation,
  type Figure,
  METRIC,
  type Measured,
  type Metric,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { everyPair, pairOption } from '../objectives/pair-options.js';
import { bootstrap } from './bootstrap.js';
import { classSimilarity } from './class-similarity.js';
import { labelsOf } from './labels.js';
import { pairMatrix } from './pair-matrix.js';
import { pairedRows } from './paired-rows.js';
import { proportion } from './proportion.js';
import { type Ranks, rankOwn } from './rank-own.js';
import { retrievalGallery } from './retrieval-gallery.js';

const ID = '@modalkit/core/retrieval';
/** Most queries in a gallery, and in all galleries together: each holds seven previews, which may be sound or film. */
const QUERIES = 10;
const ALL_QUERIES = 40;
const schema = z.strictObject({
  /** Pairs of inputs, each measured both ways; every two inputs when left out. */
  pairs: z.array(pairOption).min(1).optional(),
  k: z.array(z.int().min(1)).min(1).default([1, 5, 10]),
  /** Column of a class: adds `classR1` and the similarity by class. */
  target: z.string().optional(),
});

export type RetrievalOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/**
 * Retrieval between inputs by cosine, over the samples that have both. With a query's rank the number of other
 * candidates at least as similar as its own (0 is best, ties count against it), the values are
 * `retrieval/<a->b>/R@k` = share of ranks < k, `…/meanRank` = mean + 1 and `…/medianRank` = floor(median) + 1 (the
 * convention of open_clip), and with a target `…/classR1`, the share of queries whose best candidate is of their class.
 * Several pairs are shown as one matrix of all directions too.
 */
export const retrieval = definePlugin((options: RetrievalOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  const metric: Metric & { readonly options: Settings } = {
    id: ID,
    options: parsed,
    inputs: parsed.pairs && [...new Set(parsed.pairs.flat())],
    targets: parsed.target === undefined ? [] : [parsed.target],
    measure: (evaluation) => measure(evaluation, parsed),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function measure(evaluation: Evaluation, settings: Settings) {
  const values: Record<string, Measured> = {};
  const figures: Figure[] = [];
  const labels = settings.target === undefined ? undefined : labelsOf(evaluation, settings.target);
  const pairs = settings.pairs ?? everyPair(inputNames(evaluation));
  const queries = Math.max(1, Math.min(QUERIES, Math.floor(ALL_QUERIES / (2 * pairs.length))));
  for (const [a, b] of pairs) {
    const paired = pairedRows(evaluation, a, b);
    const { width, samples, left, right } = paired;
    const ids = Int32Array.from(samples, (sample) => labels?.ids[sample] ?? -1);
    Object.assign(values, directionValues(`${a}->${b}`, rankOwn(left, right, width, ids), settings));
    Object.assign(values, directionValues(`${b}->${a}`, rankOwn(right, left, width, ids), settings));
    if (labels) figures.push(classSimilarity(a, b, settings.target!, paired, { names: labels.names, ids }));
    const swapped = { ...paired, left: right, right: left };
    const galleries = [
      await retrievalGallery(evaluation, [a, b], paired, ids, queries),
      await retrievalGallery(evaluation, [b, a], swapped, ids, queries),
    ];
    figures.push(...galleries.filter((gallery) => gallery.rows.length > 0));
  }
  if (pairs.length > 1) figures.unshift(pairMatrix(pairs, settings.target ? 'classR1' : `R@${settings.k[0]}`, values));
  return { values, figures };
}

function directionValues(direction: string, found: Ranks, { k, target }: Settings): Record<string, Measured> {
  const { ranks, classHits, classQueries } = found;
  const name = `retrieval/${direction}`;
  const values: Record<string, Measured> = {};
  // First: where many samples are of one class, their own partner's rank says little.
  if (target !== undefined) values[`${name}/classR1`] = proportion(classHits, classQueries);
  for (const most of k) {
    values[`${name}/R@${most}`] = proportion(ranks.filter((rank) => rank < most).length, ranks.length);
  }
  if (ranks.length === 0) return values;
  const { meanRank, medianRank } = bootstrap(ranks, { meanRank: meanOf, medianRank: medianOf }, name);
  return { ...values, [`${name}/meanRank`]: meanRank, [`${name}/medianRank`]: medianRank };
}

function meanOf(ranks: Float64Array): number {
  return ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length + 1;
}

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length / 2;
  return Math.floor((sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2) + 1;
}

function inputNames({ samples }: Evaluation): string[] {
  return [...new Set(samples.flatMap((sample) => Object.keys(sample.inputs)))].sort();
}
