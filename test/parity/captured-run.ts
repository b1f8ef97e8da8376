import { join } from 'node:path';
import type { Backend, Program, ReadyProgram, Tensor } from '@modalkit/contract';
import { type Config, type Model, openCheckpoints, type Sample, type StepBatch, type StepInputs } from '@modalkit/core';
import { createTrainable, type Trainable, trainingProgram } from '@modalkit/core/training';
import { expect } from 'vitest';
import { tinyModel } from './digits-model.js';

type Numbers = Record<string, number>;

/** A tiny model whose training step can be run both ways. */
export interface CapturedRun {
  readonly backend: Backend;
  readonly trainable: Trainable;
  readonly program: Program<StepInputs, Record<string, Tensor>>;
  readonly ready: ReadyProgram<StepInputs, Record<string, Tensor>>;
  readonly notices: readonly string[];
  batch(samples: readonly Sample[], draw?: number): Promise<StepBatch>;
  /** One step; its measurements by name. */
  step(how: 'eager' | 'captured', batches: readonly StepBatch[], rate?: number): Numbers;
}

export async function capturedRun(config: Config, backend: Backend): Promise<CapturedRun> {
  const { model, batch } = await tinyModel(config, backend);
  return capturedModel(model, batch);
}

/** The same of any model. @param batch makes what its step is given */
export function capturedModel(model: Model, batch: (samples: readonly Sample[]) => Promise<StepBatch>): CapturedRun {
  const { backend } = model;
  const { tf } = backend;
  const trainable = createTrainable(model);
  const program = { name: 'training step', ...trainingProgram(trainable) };
  const notices: string[] = [];
  const ready = backend.capture!(program, (sentence) => notices.push(sentence));
  return {
    backend,
    trainable,
    program,
    ready,
    notices,
    async batch(samples, draw = 3) {
      const made = await batch(samples);
      made.key.dispose();
      return { ...made, key: tf.tensor1d([0, draw], 'int32') };
    },
    step(how, batches, rate = 0.01) {
      const inputs = { batches: Object.fromEntries(batches.entries()), rate: tf.scalar(rate) };
      const measured = (how === 'eager' ? program : ready).run(inputs);
      const numbers = Object.entries(measured).map(([name, tensor]) => [name, tensor.dataSync()[0]!]);
      tf.dispose([inputs.rate, measured]);
      return Object.fromEntries(numbers);
    },
  };
}

/** The state's numbers, a vector for each of its tensors. */
export function readState({ program }: CapturedRun): Float32Array[] {
  return tensorsOf(program.state!.read()).map((tensor) => Float32Array.from(tensor.dataSync()));
}

/** What the newest checkpoint of a run's folder holds: weights by name, and what the optimiser keeps. */
export async function endOf(run: string): Promise<Float32Array[]> {
  const loaded = await (await openCheckpoints(join(run, 'checkpoints'), { keep: 3 })).latest();
  const all = [...loaded!.tensors.weights!, ...loaded!.tensors.optimiser!];
  return all.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { data }]) => Float32Array.from(data));
}

/** A copy of the state, to be put back as often as one likes. */
function keepState({ program, backend: { tf } }: CapturedRun): () => void {
  const copy = (tree: object): object =>
    Object.fromEntries(
      Object.entries(tree).map(([key, value]) => [
        key,
        'dataId' in (value as object) ? tf.keep(tf.clone(value as Tensor)) : copy(value as object),
      ]),
    );
  const kept = copy(program.state!.read());
  return () => program.state!.write(copy(kept));
}

/** From the present state, the step's measurements and the state after it are the same both ways, within 1e-5. */
export function expectSameStep(run: CapturedRun, batches: readonly StepBatch[], rate?: number): void {
  const rewind = keepState(run);
  const eager = run.step('eager', batches, rate);
  const after = readState(run);
  rewind();
  const captured = run.step('captured', batches, rate);
  for (const [measured, value] of Object.entries(eager))
    expect(Math.abs(captured[measured]! - value), measured).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
  expect(relativeDifference(readState(run), after)).toBeLessThan(1e-5);
}

/** ||a - b|| / ||b|| over all vectors together. */
export function relativeDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let [difference, size] = [0, 0];
  for (const [index, values] of b.entries()) {
    for (const [at, value] of values.entries()) {
      difference += (a[index]![at]! - value) ** 2;
      size += value ** 2;
    }
  }
  return Math.sqrt(difference / size);
}

function tensorsOf(tree: object): Tensor[] {
  return Object.values(tree).flatMap((value) => ('dataId' in value ? [value as Tensor] : tensorsOf(value)));
}
