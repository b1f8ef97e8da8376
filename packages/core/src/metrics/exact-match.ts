import { isDeepStrictEqual } from 'node:util';
import { CONTRACT, definePlugin, type Evaluation, type Figure, METRIC, type Metric } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { labelTarget } from '../objectives/label-target.js';
import { share, shareBy } from './share-by.js';
import { spreadRows } from './spread-rows.js';

const ID = '@modalkit/core/exactMatch';
/** Samples in the figure. */
const SHOWN = 12;
const schema = z.strictObject({
  /** A `decoder` head. */
  head: z.string(),
  /** Columns whose values are measured apart too: a language, a kind of question. */
  by: z.array(z.string()).default([]),
  /** Sets of inputs from which the head writes too, as if the samples had no other. */
  subsets: z.array(z.array(z.string()).min(1)).default([]),
  /** Input that the figure shows beside what is written; the reference when left out. */
  show: z.string().optional(),
});

export type ExactMatchOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/** What was written beside its reference. */
interface Answers {
  readonly input: string;
  readonly written: readonly unknown[];
  /** 1 where it is exactly the reference, 0 where not, NaN where the sample has no reference. */
  readonly right: readonly number[];
}

/**
 * Share of the samples for which what a `decoder` head writes is exactly the sample of the input, to the last character:
 * `exactMatch/<head>`; with `by` also `exactMatch/<head>/<value>` of each value of these columns; with `subsets` also
 * `exactMatchFrom/<head>/<a+b>`, over the samples that have these inputs. By sample: 1 where it is, 0 where not. A few are shown.
 */
export const exactMatch = definePlugin((options: ExactMatchOptions) => {
  const settings = parseOptions(schema, options, ID);
  const { head, by, subsets, show } = settings;
  const metric: Metric & { readonly options: Settings } = {
    id: ID,
    options: settings,
    heads: [head],
    written: [head],
    inputs: [...subsets.flat(), ...(show === undefined ? [] : [show])],
    targets: by,
    labels: Object.fromEntries(by.map((column) => [column, labelTarget()])),
    subsets,
    measure: (evaluation) => measure(evaluation, settings),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function measure(evaluation: Evaluation, settings: Settings) {
  const { head, by, subsets } = settings;
  const answers = await answersOf(evaluation, head);
  const key = `exactMatch/${head}`;
  const values = shareBy(evaluation, key, answers.right, by);
  const bySample: Record<string, readonly number[]> = { [key]: answers.right };
  for (const inputs of subsets) {
    const name = `exactMatchFrom/${head}/${[...inputs].sort().join('+')}`;
    const { right } = await answersOf(evaluation, head, inputs);
    const has = inputs.map((input) => evaluation.embeddings(input).present);
    bySample[name] = right.map((each, row) => (has.every((present) => present[row]) ? each : Number.NaN));
    values[name] = share(bySample[name]);
  }
  return { values, figures: await gallery(evaluation, settings, answers), bySample };
}

async function answersOf(evaluation: Evaluation, head: string, inputs?: readonly string[]): Promise<Answers> {
  const { input, samples } = await evaluation.written(head, inputs);
  const right = evaluation.samples.map((sample, row) => {
    const reference = sample.inputs[input] ?? undefined;
    return reference === undefined ? Number.NaN : Number(isDeepStrictEqual(samples[row], reference));
  });
  return { input, written: samples, right };
}

/** A few of what is shown, or the references, each with what was written. */
async function gallery(
  evaluation: Evaluation,
  settings: Settings,
  { input, written, right }: Answers,
): Promise<Figure[]> {
  const { head, show = input } = settings;
  const known = [...right.keys()].filter(
    (row) => !Number.isNaN(right[row]) && evaluation.samples[row]!.inputs[show] != null,
  );
  const rows = [];
  for (const row of spreadRows(known, SHOWN)) {
    const query = await evaluation.preview(show, evaluation.samples[row]!.inputs[show]);
    const preview = await evaluation.preview(input, written[row]);
    if (query && preview) rows.push({ query, results: [{ preview, score: right[row]!, hit: right[row] === 1 }] });
  }
  return rows.length > 0
    ? [{ kind: 'gallery', title: `What the head ${head} writes, with 1 where it is exactly right`, rows }]
    : [];
}
