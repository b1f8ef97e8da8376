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
import { bestColumn } from './best-column.js';
import { confusionFigure } from './confusion-figure.js';
import { meanVectors } from './mean-vectors.js';
import { promptsOption } from './prompts-option.js';
import { proportion } from './proportion.js';
import { similarityRows } from './similarity-rows.js';

const ID = '@modalkit/core/zeroShot';
const schema = z.strictObject({
  /** Input to be classified. */
  input: z.string(),
  /** Input that the prompts are raw samples of. */
  by: z.string(),
  /** Sets of prompts, for example one a language: the prompts of each class by the target's value. */
  prompts: z.record(z.string(), promptsOption),
  /** Column of the class. */
  target: z.string(),
});

export type ZeroShotOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/**
 * Zero-shot classification (Radford et al. 2021): a class is the normalised mean of its prompts' vectors, a sample's
 * class the one of largest cosine. Value `zeroShot/<set>` of each set of prompts over the samples that have the input
 * and whose target's value is among its classes, and the confusion matrix.
 */
export const zeroShot = definePlugin((options: ZeroShotOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const metric: Metric & { readonly options: unknown } = {
    id: ID,
    options: parsed,
    inputs: [parsed.input, parsed.by],
    targets: [parsed.target],
    measure: (evaluation) => measure(evaluation, parsed),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function measure(evaluation: Evaluation, settings: Settings) {
  const values: Record<string, Measured> = {};
  const figures: Figure[] = [];
  for (const [set, classes] of Object.entries(settings.prompts)) {
    const names = Object.keys(classes);
    const { truth, predicted } = await classifyBy(evaluation, settings, classes);
    const hits = truth.filter((label, index) => label === predicted[index]).length;
    values[`zeroShot/${set}`] = proportion(hits, truth.length);
    figures.push(
      confusionFigure(`What ${settings.input} is taken for by the prompts "${set}"`, names, truth, predicted),
    );
  }
  return { values, figures };
}

async function classifyBy(
  evaluation: Evaluation,
  { input, by, target }: Settings,
  classes: z.output<typeof promptsOption>,
) {
  const names = Object.keys(classes);
  const { width, rows, present } = evaluation.embeddings(input);
  const vectors = meanVectors(await evaluation.embed(by, Object.values(classes).flat()), width, Object.values(classes));
  const [truth, predicted]: [number[], number[]] = [[], []];
  similarityRows(rows, vectors, width, (row, cosines) => {
    const label = names.indexOf(String(evaluation.samples[row]!.targets[target]));
    if (!present[row] || label < 0) return;
    truth.push(label);
    predicted.push(bestColumn(cosines, names.length, 0));
  });
  return { truth, predicted };
}
