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
import { pairedDifference } from './paired-difference.js';
import { promptsOption } from './prompts-option.js';
import { proportion } from './proportion.js';
import { subsetAnswers } from './subset-answers.js';

const ID = '@modalkit/core/subsets';
const schema = z
  .strictObject({
    /** Inputs whose non-empty subsets are measured, 2^n - 1 of them. */
    inputs: z
      .array(z.string())
      .min(2)
      .max(8)
      .refine((inputs) => new Set(inputs).size === inputs.length, 'each input is named once'),
    /** Column of the class. */
    target: z.string(),
    /** Head whose output `logits` is read with the other inputs absent. */
    head: z.string().optional(),
    /** Instead of a head: the input that `prompts` are raw samples of; a subset is the mean of its inputs' vectors. */
    by: z.string().optional(),
    prompts: promptsOption.optional(),
    /** Measures too what each input adds to each subset without it, over the same samples. */
    gains: z.boolean().default(false),
  })
  .refine(
    ({ head, by, prompts }) => (head === undefined) === (by !== undefined && prompts !== undefined),
    'expected either `head`, or `by` and `prompts`',
  );

export type SubsetsOptions = z.input<typeof schema>;
export type SubsetsSettings = z.output<typeof schema>;

/**
 * Accuracy with some of the inputs only: value `subsets/<head>/<a+b>` of each non-empty subset, over the samples that have
 * all of its inputs, by a head with the other inputs absent; or `subsets/<by>/<a+b>` in the joint space by prompts (as
 * `zeroShot`, with the mean of the inputs' unit vectors). With `gains`, `subsetGain/<head>/<a->a+b>` is what adding b to a
 * changes, over the samples that have both. By sample: 1 where a subset's answer is right, else 0.
 */
export const subsets = definePlugin((options: SubsetsOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const all = subsetsOf(parsed.inputs);
  const metric: Metric & { readonly options: unknown } = {
    id: ID,
    options: parsed,
    inputs: [...parsed.inputs, ...(parsed.by === undefined ? [] : [parsed.by])],
    heads: parsed.head === undefined ? [] : [parsed.head],
    targets: [parsed.target],
    subsets: parsed.head === undefined ? [] : all,
    measure: (evaluation) => measure(evaluation, parsed, all),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

/** Every non-empty subset, small ones first. */
export function subsetsOf(names: readonly string[]): readonly (readonly string[])[] {
  const all = Array.from({ length: 2 ** names.length - 1 }, (_, code) =>
    names.filter((_, index) => ((code + 1) >> index) & 1),
  );
  return all.sort((a, b) => a.length - b.length);
}

const keyOf = (inputs: readonly string[]) => [...inputs].sort().join('+');

async function measure(evaluation: Evaluation, settings: SubsetsSettings, all: readonly (readonly string[])[]) {
  const { truth, answers } = await subsetAnswers(evaluation, settings, all);
  const values: Record<string, Measured> = {};
  const who = settings.head ?? settings.by;
  const rowsOf = (inputs: readonly string[]) =>
    [...truth.keys()].filter(
      (row) => truth[row]! >= 0 && inputs.every((input) => evaluation.samples[row]!.inputs[input] != null),
    );
  const hits = (inputs: readonly string[], rows: readonly number[]) => {
    const given = answers.get(inputs)!;
    return rows.map((row) => given[row] === truth[row]);
  };
  for (const inputs of all) {
    const found = hits(inputs, rowsOf(inputs));
    values[`subsets/${who}/${keyOf(inputs)}`] = proportion(found.filter(Boolean).length, found.length);
  }
  const figures = [matrix(settings, all, values)];
  const bySample = Object.fromEntries(
    all.map((inputs) => [`subsets/${who}/${keyOf(inputs)}`, everyRow(truth, rowsOf(inputs), answers.get(inputs)!)]),
  );
  for (const more of settings.gains ? all : []) {
    for (const less of all.filter(
      (one) => one.length === more.length - 1 && one.every((name) => more.includes(name)),
    )) {
      const rows = rowsOf(more);
      values[`subsetGain/${who}/${keyOf(less)}->${keyOf(more)}`] = pairedDifference(hits(less, rows), hits(more, rows));
    }
  }
  return { values, figures, bySample };
}

/** 1 for a right answer, 0 for a wrong one, NaN for a row that was not asked. */
function everyRow(truth: Int32Array, rows: readonly number[], answers: Int32Array): Float64Array {
  const right = new Float64Array(truth.length).fill(Number.NaN);
  for (const row of rows) right[row] = Number(answers[row] === truth[row]);
  return right;
}

/** A row for each subset: its accuracy, then with each input added; where it has that one already, the same again. */
function matrix(
  { inputs, target, head, by }: SubsetsSettings,
  all: readonly (readonly string[])[],
  values: Readonly<Record<string, Measured>>,
): Figure {
  const accuracy = (names: readonly string[]) => values[`subsets/${head ?? by}/${keyOf(names)}`]!.value;
  return {
    kind: 'matrix',
    title: `Accuracy of ${target} from some of the inputs, by ${head ?? `prompts of ${by}`}`,
    rows: all.map(keyOf),
    columns: ['alone', ...inputs.map((input) => `with ${input}`)],
    values: all.map((names) => [
      accuracy(names),
      ...inputs.map((input) => accuracy(inputs.filter((name) => name === input || names.includes(name)))),
    ]),
    rowTitle: 'inputs',
  };
}
