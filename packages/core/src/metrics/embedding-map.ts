import { CONTRACT, definePlugin, type Evaluation, type Figure, METRIC, type Metric } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { labelsOf } from './labels.js';
import { spreadRows } from './spread-rows.js';

const ID = '@modalkit/core/embeddingMap';
const schema = z.strictObject({
  /** Inputs whose pooled vectors are shown together. */
  inputs: z.array(z.string()).min(1),
  /** Column that labels the points. */
  target: z.string(),
  /** Points in all, shared evenly by the inputs. */
  points: z.int().min(2).max(20_000).default(600),
});

export type EmbeddingMapOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/** A map of the inputs' unit pooled vectors in one figure, marked by input and labelled by target; no values. */
export const embeddingMap = definePlugin((options: EmbeddingMapOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const metric: Metric & { readonly options: Settings } = {
    id: ID,
    options: parsed,
    inputs: parsed.inputs,
    targets: [parsed.target],
    measure: async (evaluation) => ({ values: {}, figures: [mapFigure(evaluation, parsed)] }),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

function mapFigure(evaluation: Evaluation, { inputs, target, points }: Settings): Figure {
  const { names, ids } = labelsOf(evaluation, target);
  const pointsOf = (input: string) => {
    const { width, rows, present } = evaluation.embeddings(input);
    const shown = [...present.keys()].filter((row) => present[row] && ids[row]! >= 0);
    return spreadRows(shown, Math.floor(points / inputs.length)).map((row) => ({
      vector: Array.from(rows.subarray(row * width, (row + 1) * width)),
      group: input,
      label: names[ids[row]!]!,
    }));
  };
  return { kind: 'map', title: `Where ${inputs.join(' and ')} lie, by ${target}`, points: inputs.flatMap(pointsOf) };
}
