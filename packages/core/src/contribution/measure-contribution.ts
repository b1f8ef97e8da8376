import type { Figure, Measured, Sample } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import type { Loader } from '../data/index.js';
import { bootstrapMean } from '../metrics/bootstrap-mean.js';
import { proportion } from '../metrics/proportion.js';
import { fusionInputs } from '../train/declare-weights.js';
import { someBatches } from '../train/some-batches.js';
import type { Trainable } from '../train/trainable.js';
import { type Asked, askSets, type SetAnswers } from './asked-sets.js';
import type { ContributionOptions } from './contribution-options.js';
import { dominanceWarning, type InputAccuracies } from './dominance.js';
import { gradientShares } from './gradient-shares.js';
import { shapleyValues } from './shapley-values.js';

/** What each input contributes to one head. */
export interface Contribution {
  readonly values: Readonly<Record<string, Measured>>;
  readonly figure: Figure;
  /** One line for the log. */
  readonly sentence: string;
  /** Where one input dominates. */
  readonly warning?: string;
  readonly seconds: number;
}

export interface ContributionSamples {
  readonly heldOut: readonly Sample[];
  readonly training: readonly Sample[];
}

/**
 * Measures what each input contributes to a classification head. Values, all beginning with `contribution/<head>/`:
 *
 * - `all`, `none`: accuracy with every input, and with none of them
 * - `alone/<input>`: accuracy with that input alone, over the samples that have it
 * - `without/<input>`, `with/<input>`: accuracy with all the others, and with it too, over the same samples
 * - `shapley/<input>`: its Shapley value, over all samples; exact, since every set of the inputs that a sample has is asked. They add up
 *   to `all` - `none`.
 * - `gradient/<input>`: length of the gradient of its own weights as a share of all inputs', mean over batches, before the
 *   balancer changes it
 *
 * Costs a pass through the encoders, 2^n passes through fusion and head, and a pass forward and back, for `samples` samples each.
 */
export async function measureContribution(
  trainable: Trainable,
  loader: Loader,
  samples: ContributionSamples,
  options: ContributionOptions,
): Promise<Contribution> {
  const began = performance.now();
  const { runtime } = trainable.model;
  const asked = askedOf(runtime, options);
  const batches = (some: readonly Sample[]) => someBatches(trainable.model, loader, some, options.samples);
  const answers = await askSets(trainable.model, batches(samples.heldOut), asked);
  const gradients = await gradientShares(trainable, batches(samples.training), asked.inputs);
  const values = valuesOf(asked, answers, gradients);
  const of = (name: string) => values[`contribution/${asked.head}/${name}`]?.value ?? Number.NaN;
  const reached = (input: string): InputAccuracies => ({
    all: of(`with/${input}`),
    none: accuracy(0, having(input, answers)).value,
    alone: of(`alone/${input}`),
  });
  const byInput = Object.fromEntries(asked.inputs.map((input) => [input, reached(input)]));
  const already = {
    taught: taughtBeside(asked.head, runtime),
    located: asked.inputs.filter((input) => runtime.inputs[input]!.adapter.supports.positions.includes('box')),
    inputDropout: runtime.config.train.inputDropout > 0,
    balancer: runtime.config.balancer !== undefined,
  };
  return {
    values,
    figure: figureOf(asked, of),
    sentence: sentenceOf(asked, of),
    warning: dominanceWarning(asked, { all: of('all'), none: of('none') }, byInput, options.warnAt, already),
    seconds: (performance.now() - began) / 1000,
  };
}

function askedOf(runtime: Runtime, { head, target = head, inputs }: ContributionOptions): Asked {
  const joined = fusionInputs(runtime);
  const chosen = inputs ?? joined;
  return { head, target, inputs: chosen, others: joined.filter((input) => !chosen.includes(input)) };
}

/** Inputs that heads of other names read which an objective trains. */
function taughtBeside(head: string, { heads, objectives }: Runtime): readonly string[] {
  const trained = Object.values(objectives).flatMap((objective) =>
    objective.weight > 0 ? (objective.heads ?? []) : [],
  );
  return trained.flatMap((name) => (name === head ? [] : (heads[name]?.inputs ?? [])));
}

/** Of answers of some samples, the share that is right with a set of the inputs. */
function accuracy(set: number, among: readonly Uint8Array[]): Measured {
  return proportion(among.filter((answers) => answers[set] === 1).length, among.length);
}

/** Answers of the samples that have an input. */
function having(input: string, { samples, right }: SetAnswers): readonly Uint8Array[] {
  return right.filter((_, row) => samples[row]!.inputs[input] != null);
}

function valuesOf(
  { head, inputs }: Asked,
  answers: SetAnswers,
  gradients: Readonly<Record<string, readonly number[]>>,
): Record<string, Measured> {
  const { right } = answers;
  const every = 2 ** inputs.length - 1;
  const shares = right.map((answers) => shapleyValues(answers, inputs.length));
  const prefix = `contribution/${head}`;
  const ofInput = inputs.map((input, index) => {
    const among = having(input, answers);
    return {
      [`${prefix}/alone/${input}`]: accuracy(1 << index, among),
      [`${prefix}/without/${input}`]: accuracy(every - (1 << index), among),
      [`${prefix}/with/${input}`]: accuracy(every, among),
      ...bootstrapMean(
        shares.map((one) => one[index]!),
        `${prefix}/shapley/${input}`,
      ),
      ...bootstrapMean(gradients[input] ?? [], `${prefix}/gradient/${input}`),
    };
  });
  return Object.assign(
    { [`${prefix}/all`]: accuracy(every, right), [`${prefix}/none`]: accuracy(0, right) },
    ...ofInput,
  ) as Record<string, Measured>;
}

type ValueOf = (name: string) => number;

function figureOf({ head, inputs }: Asked, of: ValueOf): Figure {
  return {
    kind: 'matrix',
    title: `What each input contributes to ${head}`,
    rows: inputs,
    columns: ['accuracy alone', 'lost without it', 'Shapley value', 'share of the gradient'],
    values: inputs.map((input) => [
      of(`alone/${input}`),
      of(`with/${input}`) - of(`without/${input}`),
      of(`shapley/${input}`),
      of(`gradient/${input}`),
    ]),
    rowTitle: 'input',
  };
}

function sentenceOf({ head, inputs }: Asked, of: ValueOf): string {
  const parts = inputs.map((input) => {
    const [alone, shapley] = [of(`alone/${input}`).toFixed(3), of(`shapley/${input}`).toFixed(3)];
    const gradient = of(`gradient/${input}`);
    const share = Number.isNaN(gradient) ? '' : `, ${Math.round(100 * gradient)} % of the gradient`;
    return `${input} alone ${alone}, Shapley ${shapley}${share}`;
  });
  return `Contribution to ${head}: all inputs ${of('all').toFixed(3)}; ${parts.join('; ')}.`;
}
