import { CONTRACT, definePlugin, type Evaluation, METRIC, type Metric } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { bestColumn } from './best-column.js';
import { confusionFigure } from './confusion-figure.js';
import { labelsOf } from './labels.js';
import { proportion } from './proportion.js';

const ID = '@modalkit/core/accuracy';
const schema = z.strictObject({
  /** Head whose output `logits` is read. */
  head: z.string(),
  /** Column of the class; the head's name when left out. */
  target: z.string().optional(),
});

export type AccuracyOptions = z.input<typeof schema>;

/** Share of samples whose class has the head's largest logit: value `accuracy/<head>`, and the confusion matrix. */
export const accuracy = definePlugin((options: AccuracyOptions) => {
  const { head, target = head } = parseOptions(schema, options, ID);
  const metric: Metric & { readonly options: AccuracyOptions } = {
    id: ID,
    options: { head, target },
    heads: [head],
    targets: [target],
    measure: async (evaluation) => measure(evaluation, head, target),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

function measure(evaluation: Evaluation, head: string, target: string) {
  const { width, rows } = evaluation.output(`${head}/logits`);
  const { names, ids } = labelsOf(evaluation, target);
  const known = [...ids.keys()].filter((row) => ids[row]! >= 0);
  const truth = known.map((row) => ids[row]!);
  const predicted = known.map((row) => bestColumn(rows, width, row));
  const hits = truth.filter((label, index) => label === predicted[index]).length;
  return {
    values: { [`accuracy/${head}`]: proportion(hits, known.length) },
    figures: [confusionFigure(`What the head ${head} takes each class for`, names, truth, predicted)],
  };
}
