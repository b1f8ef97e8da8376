import type { Tensor } from '@modalkit/contract';
import type { StepOfData } from '../data/batch-stream.js';
import { inputsOutside, leaveOut } from './curriculum.js';
import { type Blame, findBlame } from './find-blame.js';
import type { FittingStep } from './fitting-step.js';
import type { KeptTokens } from './kept-tokens.js';
import { learningRate } from './learning-rate.js';
import { stepBatch } from './step-batch.js';

/** What a step of a run gave. */
export interface StepResult {
  /** Measurements by name. */
  readonly values: Readonly<Record<string, number>>;
  /** Ids of all of its samples. */
  readonly samples: readonly string[];
  /** Where the loss or the gradient was not finite: then nothing has changed. */
  readonly blame?: Blame;
}

/** Makes one step of a run. @param step counted from 0 @param reached what metrics have come to @param kept tokens that stay the same */
export async function runStep(
  fitting: FittingStep,
  step: number,
  draws: readonly StepOfData[],
  reached: ReadonlySet<string>,
  kept?: KeptTokens,
): Promise<StepResult> {
  const { trainable } = fitting;
  const { model, flat, schedule } = trainable;
  const { runtime, backend } = model;
  const { tf } = backend;
  const { train } = runtime.config;
  const rate = tf.scalar(learningRate(step, train), 'float32');
  const names = flat.specs.map(({ name }) => name);
  const live = schedule.changes ? tf.tensor1d(schedule.live(names, step, reached)) : undefined;
  const outside = inputsOutside(train.curriculum, step, reached);
  const batches = draws.map((draw) => {
    const batch = leaveOut(draw.batch, outside);
    return stepBatch(tf, kept?.into(batch) ?? batch, runtime.seed, draw.step);
  });
  const tensors = fitting.run(step + 1, { batches: Object.fromEntries(batches.entries()), rate, live });
  const values = await readScalars(tensors);
  const finite = Number.isFinite(values.loss) && Number.isFinite(values.gradientNorm);
  const blame = finite ? undefined : findBlame(trainable, values, draws, batches);
  tf.dispose([rate, live ?? [], tensors, batches] as never);
  const samples = draws.flatMap(({ batch }) => batch.ids).filter((id) => id !== '');
  return { values, samples, blame };
}

async function readScalars(tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, number>> {
  const read = Object.entries(tensors).map(async ([name, tensor]) => [name, (await tensor.data())[0]!] as const);
  return Object.fromEntries(await Promise.all(read));
}
