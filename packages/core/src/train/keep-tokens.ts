import type { HostArray, RunEvent, Tensor } from '@modalkit/contract';
import { mapValues } from '../compose/map-values.js';
import { encodeInput, passOf } from './forward.js';
import { KeptTokens } from './kept-tokens.js';
import { LOW_RANK, weightReader } from './low-rank.js';
import type { OpenData } from './open-data.js';
import { type StepBatch, stepBatch } from './step-batch.js';
import type { Trainable } from './trainable.js';

const MIB = 2 ** 20;
/** Passes over the samples from which on it is worth to keep tokens of one. */
const LEAST_PASSES = 2;
/** Samples of the trial. */
const TRIAL = 8;

/**
 * Computes what stays the same in every step, where there is any, and the run is long enough that it saves time.
 * @returns undefined when nothing is kept: no frozen tower, or more than `train.keepFrozenMb`
 */
export async function keepTokens(
  trainable: Trainable,
  data: OpenData,
  { report, signal }: { report(event: RunEvent): void; readonly signal?: AbortSignal },
): Promise<KeptTokens | undefined> {
  const { model } = trainable;
  const { runtime, backend } = model;
  const { steps, accumulate, split, microbatch, keepFrozenMb } = runtime.config.train;
  const scanned = data.scan.splits[split]!;
  const total = scanned.samples.length;
  if (keepFrozenMb === 0 || steps * accumulate * runtime.data.batch < LEAST_PASSES * total) return undefined;
  const names = await frozenInputs(trainable, data, split);
  if (names.length === 0) return undefined;
  const kept = new KeptTokens();
  const plan = data.loader.plan(scanned, { training: false, most: microbatch });
  const stream = data.loader.batches(scanned, plan, { from: 0, to: plan.stepsPerEpoch, training: false });
  const task = `samples through the frozen ${names.join(', ')}`;
  for await (const { step, batch } of stream) {
    if (signal?.aborted) return undefined;
    const given = stepBatch(backend.tf, batch, runtime.seed, 0);
    for (const name of names) kept.add(runtime.inputs[name]!, batch, await encoded(trainable, given, name));
    backend.tf.dispose(given as never);
    report({ kind: 'progress', task, done: Math.min(total, (step + 1) * batch.ids.length), total });
    if (kept.bytes <= keepFrozenMb * MIB) continue;
    const message = `The tokens of the frozen ${names.join(', ')} take more than ${keepFrozenMb} MiB (train.keepFrozenMb): they are computed anew in each step.`;
    report({ kind: 'notice', message });
    return undefined;
  }
  const size = Math.ceil(kept.bytes / MIB);
  const message = `${names.join(', ')}: frozen, so each sample goes through it once; its tokens are kept (${size} MiB).`;
  report({ kind: 'notice', message });
  return kept;
}

/**
 * Inputs of which `encode` reads frozen weights alone, with nothing about them that changes from step to step: no augmentation, no
 * masking, and the same result in training as in evaluation.
 */
async function frozenInputs(trainable: Trainable, data: OpenData, split: string): Promise<readonly string[]> {
  const { model, flat } = trainable;
  const { config, inputs } = model.runtime;
  const masked = [...Object.keys(config.masking), ...(config.tokenBudget?.inputs ?? [])];
  const trained = new Set(flat.specs.map(({ name }) => name));
  const frozen = [...model.weights.keys()].filter((name) => !trained.has(name));
  const steady = Object.values(inputs).filter(
    ({ name, stateOf, adapter, list }) =>
      frozen.some((weight) => weight.startsWith(`${stateOf}/`)) &&
      !adapter.augment &&
      adapter.supports.paddingInvariant &&
      list === 1 &&
      !masked.includes(name),
  );
  if (steady.length === 0) return [];
  const { tf } = model.backend;
  const adapted = (name: string) => trained.has(name) || trained.has(`${LOW_RANK}${name}/down`);
  const some = await data.loader.batchOf(data.scan.splits[split]!.samples.slice(0, TRIAL));
  const batch = stepBatch(tf, some, model.runtime.seed, 0);
  const found: string[] = [];
  for (const { name } of steady) {
    const read = new Set<string>();
    const evaluated = await encoded(trainable, batch, name, { read });
    if (read.size === 0 || [...read].some(adapted)) continue;
    if (sameBytes(evaluated, await encoded(trainable, batch, name, { training: true }))) found.push(name);
  }
  tf.dispose(batch as never);
  return found;
}

/** Tokens of one input of a batch. @param options `read` is given the names of the weights */
async function encoded(
  { model }: Trainable,
  batch: StepBatch,
  name: string,
  { training = false, read = new Set() }: { readonly training?: boolean; readonly read?: Set<string> } = {},
): Promise<Record<string, HostArray>> {
  const { tf } = model.backend;
  const reader = weightReader(model);
  const weight = (weightName: string) => {
    read.add(weightName);
    return reader(weightName);
  };
  const tensors = tf.tidy(() => {
    const pass = passOf(model, batch, { training, weight });
    const {
      hidden: _,
      position,
      ...tokens
    } = encodeInput(model, pass, model.runtime.inputs[name]!, batch.inputs[name]!);
    const given = Object.entries({ ...tokens, ...position } as Record<string, Tensor | undefined>).filter(
      ([, part]) => part,
    );
    return mapValues(Object.fromEntries(given) as Record<string, Tensor>, (part) => tf.clone(part)) as never;
  }) as Record<string, Tensor>;
  const arrays: Record<string, HostArray> = {};
  for (const [part, tensor] of Object.entries(tensors))
    arrays[part] = { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() } as HostArray;
  tf.dispose(tensors);
  return arrays;
}

function sameBytes(a: Readonly<Record<string, HostArray>>, b: Readonly<Record<string, HostArray>>): boolean {
  return Object.entries(a).every(([part, { data }]) => data.every((value, at) => Object.is(value, b[part]!.data[at])));
}
