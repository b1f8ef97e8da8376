import type { Tensor, Tf } from '@modalkit/contract';
import type { Cut } from './pieces.js';
import type { StepBatch } from './step-batch.js';
import { stepGradients } from './step-gradients.js';
import type { Trainable } from './trainable.js';

/** Numbers of a step, in the order of `names`: read after the step, never in it. */
export interface Measurements {
  readonly names: readonly string[];
  /** `[names]` float32. */
  readonly values: Tensor;
}

/**
 * One optimiser step over one or more batches: the only writer of weights. A gradient or loss that is not finite, or a
 * closed gate, leaves a weight, its moments, its average and its count as they were, to the byte.
 * @param rate scalar float32: learning rate
 * @param live `[K]` 1 where a weight trains in this step; all of them when left out
 */
export function trainingStep(
  trainable: Trainable,
  batches: readonly StepBatch[],
  rate: Tensor,
  live?: Tensor,
): Measurements {
  return stackMeasurements(trainable.model.backend.tf, measuredStep(trainable, batches, rate, live));
}

/** The numbers of a step as one vector; disposes them. */
function stackMeasurements(tf: Tf, measured: Readonly<Record<string, Tensor>>): Measurements {
  const values = tf.tidy(() => tf.stack(Object.values(measured)));
  tf.dispose(measured);
  return { names: Object.keys(measured), values };
}

/** The same step; its numbers are scalars by name. */
export function measuredStep(
  trainable: Trainable,
  batches: readonly StepBatch[],
  rate: Tensor,
  live?: Tensor,
  cut?: Cut,
): Record<string, Tensor> {
  const { backend, runtime } = trainable.model;
  const { tf } = backend;
  return tf.tidy(() => {
    const found = stepGradients(trainable, batches, cut);
    const gradients = live ? onlyLive(trainable, found.gradients, live) : found.gradients;
    const open = live ? tf.logicalAnd(found.open, tf.greater(live, 0)) : found.open;
    const norm = tf.sqrt(tf.addN(gradients.map((part) => tf.sum(tf.square(part)))));
    const finite = tf.logicalAnd(tf.isFinite(found.total), tf.isFinite(norm));
    const next = nextState(trainable, clip(tf, gradients, norm, runtime.config.train.clip), open, finite, rate);
    const balance = Object.entries(found.balance).map(([name, value]) => {
      return [name, tf.where(finite, value, trainable.balance[name]!)] as const;
    });
    const measured = { loss: found.total, ...found.terms, gradientNorm: norm, learningRate: tf.clone(rate) };
    commit(trainable, next);
    for (const [name, value] of balance) trainable.balance[name]!.assign(value as never);
    return measured;
  });
}

/** Gradients of the weights that train in this step; 0 for the others, so that they don't count in the norm. */
function onlyLive({ flat, model }: Trainable, gradients: readonly Tensor[], live: Tensor): readonly Tensor[] {
  const { tf } = model.backend;
  const flags = flat.expand([live]);
  return gradients.map((part, index) => tf.mul(part, flags[index]![0]!));
}

/** Scales a gradient down to a global norm of at most `limit`. Pascanu et al. 2013. */
function clip(tf: Tf, gradients: readonly Tensor[], norm: Tensor, limit: number | false): readonly Tensor[] {
  if (limit === false) return gradients;
  const scale = tf.minimum(1, tf.div(limit, tf.maximum(norm, 1e-12)));
  return gradients.map((part) => tf.mul(part, scale));
}

/** A tensor for each part of the weights. */
interface NextState {
  readonly weights: readonly Tensor[];
  readonly slots: Readonly<Record<string, readonly Tensor[]>>;
  readonly count: Tensor;
}

function nextState(
  trainable: Trainable,
  gradients: readonly Tensor[],
  gate: Tensor,
  finite: Tensor,
  rate: Tensor,
): NextState {
  const { flat, perWeight, state, model, optimiser } = trainable;
  const { tf } = model.backend;
  const open = tf.logicalAnd(gate, finite);
  const count = tf.add(state.count, tf.cast(open, 'float32'));
  const { rate: factor, decay, low, high } = perWeight;
  const own = optimiser.factors(tf, tf.maximum(count, 1));
  const expanded = flat.expand([tf.cast(open, 'float32'), tf.mul(factor, rate), decay, low, high, ...own]);
  const next = flat.parts.map((_, part) => nextPart(trainable, part, gradients[part]!, expanded[part]!));
  return {
    weights: next.map(({ weights }) => weights),
    slots: Object.fromEntries(Object.keys(state.slots).map((name) => [name, next.map(({ slots }) => slots[name]!)])),
    count,
  };
}

/** @param expanded as `nextState` orders them: open, learning rate, decay, bounds, the rule's own */
function nextPart(trainable: Trainable, index: number, gradients: Tensor, expanded: readonly Tensor[]) {
  const { flat, state, model, optimiser } = trainable;
  const { tf } = model.backend;
  const { from, to, join } = flat.parts[index]!;
  const [open, learningRate, decay, low, high, ...factors] = expanded as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const change = tf.cast(open, 'bool');
  const select = (fresh: Tensor, old: Tensor) => tf.where(change, fresh, old);
  const old = join(flat.variables.slice(from, to));
  const slots = Object.fromEntries(Object.entries(state.slots).map(([name, parts]) => [name, parts[index]!]));
  const updated = optimiser.update(tf, { weights: old, gradients, slots, factors, learningRate, decay });
  const bounded = flat.specs.slice(from, to).some(({ clamp }) => clamp)
    ? tf.minimum(tf.maximum(updated.weights, low), high)
    : updated.weights;
  const weights = select(bounded, old);
  const { average } = model.runtime.config.train;
  const mixed = average
    ? { average: tf.add(tf.mul(slots.average!, average), tf.mul(weights, 1 - average)) }
    : undefined;
  const fresh: Record<string, Tensor> = { ...updated.slots, ...mixed };
  return {
    weights,
    slots: Object.fromEntries(Object.entries(fresh).map(([name, value]) => [name, select(value, slots[name]!)])),
  };
}

/** In-place assignment, the step's only effect. */
function commit({ flat, state, model }: Trainable, next: NextState): void {
  const { tf } = model.backend;
  const values = flat.parts.flatMap(({ split }, part) => split(next.weights[part]!));
  for (const [index, value] of values.entries()) flat.variables[index]!.assign(value as never);
  for (const [name, parts] of Object.entries(next.slots)) {
    tf.dispose(state.slots[name]!);
    state.slots[name] = parts.map((part) => tf.keep(part));
  }
  state.count.dispose();
  state.count = tf.keep(next.count);
}
