import { CONTRACT, definePlugin, type Evaluation, METRIC, type Metric } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { labelTarget } from '../objectives/label-target.js';
import { bestColumn } from './best-column.js';
import { confusionFigure } from './confusion-figure.js';
import { labelsOf } from './labels.js';
import { shareBy } from './share-by.js';

const ID = '@modalkit/core/accuracy';
const schema = z.strictObject({
  /** Head whose output `logits` is read. */
  head: z.string(),
  /** Column of the class; the head's name when left out. */
  target: z.string().optional(),
  /** Columns whose values are measured apart too: a language, a kind of question. */
  by: z.array(z.string()).default([]),
});

export type AccuracyOptions = z.input<typeof schema>;

/**
 * Share of samples whose class has the head's largest logit: value `accuracy/<head>`, and the confusion matrix. With `by` also
 * `accuracy/<head>/<value>` of each value of these columns.
 */
export const accuracy = definePlugin((options: AccuracyOptions) => {
  const { head, target = head, by } = parseOptions(schema, options, ID);
  const metric: Metric & { readonly options: AccuracyOptions } = {
    id: ID,
    options: { head, target, ...(by.length > 0 && { by }) },
    heads: [head],
    targets: [target, ...by],
    labels: Object.fromEntries(by.map((column) => [column, labelTarget()])),
    measure: async (evaluation) => measure(evaluation, head, target, by),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

function measure(evaluation: Evaluation, head: string, target: string, by: readonly string[]) {
  const { width, rows } = evaluation.output(`${head}/logits`);
  const { names, ids } = labelsOf(evaluation, target);
  const predicted = Array.from(ids, (_, row) => bestColumn(rows, width, row));
  const hits = predicted.map((label, row) => (ids[row]! < 0 ? Number.NaN : Number(label === ids[row])));
  const known = [...ids.keys()].filter((row) => ids[row]! >= 0);
  const [truth, taken] = [known.map((row) => ids[row]!), known.map((row) => predicted[row]!)];
  return {
    values: shareBy(evaluation, `accuracy/${head}`, hits, by),
    figures: [confusionFigure(`What the head ${head} takes each class for`, names, truth, taken)],
  };
}
