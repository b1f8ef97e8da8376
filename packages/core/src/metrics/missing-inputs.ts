import {
  CONTRACT,
  definePlugin,
  type Evaluation,
  type Figure,
  METRIC,
  type Measured,
  type Metric,
} from '@modalkit/contract';
import { hostRandom, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { proportion } from './proportion.js';
import { subsetAnswers } from './subset-answers.js';
import { subsetsOf } from './subsets.js';

const ID = '@modalkit/core/missingInputs';
const schema = z.strictObject({
  /** Inputs that go missing; the others are absent throughout. */
  inputs: z
    .array(z.string())
    .min(2)
    .max(8)
    .refine((inputs) => new Set(inputs).size === inputs.length, 'each input is named once'),
  /** Head whose output `logits` is read. */
  head: z.string(),
  /** Column of the class; the head's name when left out. */
  target: z.string().optional(),
  /** How likely a sample lacks an input. */
  shares: z
    .array(z.number().min(0).lt(1))
    .min(2)
    .default(() => Array.from({ length: 10 }, (_, tenth) => tenth / 10)),
});

export type MissingInputsOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string };

/**
 * Accuracy against the share of samples that lack an input, as data that miss ever more would give it: value
 * `missing/<head>/<share>` where every input is missing so often by itself, `missing/<head>/<input>/<share>` where that one alone is;
 * the figure draws them. Which samples lack what follows from their place in the split: who lacks an input at one share lacks it at
 * every greater one. A sample never lacks all: it keeps the input that would go last.
 */
export const missingInputs = definePlugin((options: MissingInputsOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const settings = { ...parsed, target: parsed.target ?? parsed.head };
  const metric: Metric & { readonly options: unknown } = {
    id: ID,
    options: settings,
    inputs: parsed.inputs,
    heads: [parsed.head],
    targets: [settings.target],
    subsets: subsetsOf(parsed.inputs),
    measure: (evaluation) => measure(evaluation, settings),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function measure(evaluation: Evaluation, settings: Settings) {
  const { inputs, head, shares } = settings;
  const all = subsetsOf(inputs);
  const { truth, answers } = await subsetAnswers(evaluation, { ...settings, gains: false }, all);
  const bySet = new Map(all.map((set) => [keyOf(set), answers.get(set)!]));
  const draws = evaluation.samples.map((_, row) => drawsOf(inputs, row));
  const rows = [...truth.keys()].filter((row) => truth[row]! >= 0 && has(evaluation, row, inputs).length > 0);
  const accuracy = (going: readonly string[], share: number): Measured => {
    const right = rows.filter((row) => {
      const kept = keptInputs(has(evaluation, row, inputs), going, draws[row]!, share);
      return bySet.get(keyOf(kept))![row] === truth[row];
    });
    return proportion(right.length, rows.length);
  };
  const lines = [
    { name: 'every input', key: `missing/${head}`, going: inputs },
    ...inputs.map((input) => ({ name: input, key: `missing/${head}/${input}`, going: [input] })),
  ];
  const values: Record<string, Measured> = {};
  const curves = lines.map(({ name, key, going }) => {
    const points = shares.map((share) => {
      const measured = accuracy(going, share);
      values[`${key}/${share}`] = measured;
      return { at: share, value: measured.value, low: measured.low, high: measured.high };
    });
    return { name, points };
  });
  const title = `Accuracy of ${head} where inputs are missing`;
  const figure: Figure = { kind: 'curves', title, axis: 'share of samples without', curves };
  return { values, figures: [figure] };
}

const keyOf = (inputs: readonly string[]) => [...inputs].sort().join('+');

function has({ samples }: Evaluation, row: number, inputs: readonly string[]): readonly string[] {
  return inputs.filter((input) => samples[row]!.inputs[input] != null);
}

type Draws = Readonly<Record<string, number>>;

/** A number in [0, 1) for each input of a sample: it is missing where the share is greater. */
function drawsOf(inputs: readonly string[], row: number): Draws {
  const random = hostRandom(0, row, ID);
  return Object.fromEntries(inputs.map((input) => [input, random.uniform(input)]));
}

function keptInputs(
  there: readonly string[],
  going: readonly string[],
  draws: Draws,
  share: number,
): readonly string[] {
  const kept = there.filter((input) => !going.includes(input) || draws[input]! >= share);
  if (kept.length > 0) return kept;
  return [there.reduce((last, input) => (draws[input]! > draws[last]! ? input : last))];
}
