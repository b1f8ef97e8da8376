import { ModalkitError, type Tensor, type Term, type Tf } from '@modalkit/contract';
import { type FlatWeights, flatWeights } from './flat-weights.js';
import { forward, gates, score } from './forward.js';
import { namesMatching } from './match-pattern.js';
import type { Model } from './model.js';
import { type Optimiser, optimiserOf } from './optimiser.js';
import type { StepBatch } from './step-batch.js';
import { stepContext } from './step-context.js';

/** What the optimiser remembers between steps. */
export interface OptimiserState {
  /** `[N]` vectors by slot name; `average` among them when weights are averaged. */
  readonly slots: Record<string, Tensor>;
  /** `[K]` float32: updates of each weight. */
  count: Tensor;
}

/** A model with what training needs beside it. */
export interface Trainable {
  readonly model: Model;
  readonly flat: FlatWeights;
  readonly optimiser: Optimiser;
  readonly state: OptimiserState;
  /** `[K]` constants: learning rate factor, decay flag, lowest and highest value of each weight. */
  readonly perWeight: { readonly rate: Tensor; readonly decay: Tensor; readonly low: Tensor; readonly high: Tensor };
  readonly clamped: boolean;
  /** Names of the gates, and `[K, gates]` of 1 where a gate opens a weight. */
  readonly gateNames: readonly string[];
  readonly gatesOfWeights: Tensor;
  dispose(): void;
}

/** Numbers of a step, in the order of `names`: read after the step, never in it. */
export interface Measurements {
  readonly names: readonly string[];
  /** `[names]` float32. */
  readonly values: Tensor;
}

/** Lays out the trainable weights and begins their optimiser state. */
export function createTrainable(model: Model): Trainable {
  const { tf } = model.backend;
  const options = model.runtime.config.train;
  const names = [...model.weights.keys()];
  const frozen = new Set(options.freeze.flatMap((pattern) => namesMatching('train.freeze', pattern, names)));
  const entries = [...model.weights.values()].filter(({ spec }) => spec.trainable && !frozen.has(spec.name));
  if (entries.length === 0)
    throw new ModalkitError('CONFIG', 'config: train.freeze leaves no weight to train; remove a pattern.');
  const flat = flatWeights(tf, entries);
  const optimiser = optimiserOf(options.optimiser);
  const zeros = () => tf.keep(tf.zeros([flat.segment.shape[0]!]));
  const slots = Object.fromEntries(optimiser.slots.map((slot) => [slot, zeros()]));
  if (options.average) slots.average = tf.keep(tf.tidy(() => flat.join(flat.variables)));
  const state: OptimiserState = { slots, count: tf.keep(tf.zeros([entries.length])) };
  const specs = flat.specs;
  const vector = (values: number[]) => tf.keep(tf.tensor1d(values, 'float32'));
  const perWeight = {
    rate: vector(
      rateFactors(
        specs.map((spec) => spec.name),
        options.learningRates,
      ),
    ),
    decay: vector(specs.map((spec) => Number(spec.decay))),
    low: vector(specs.map((spec) => spec.clamp?.[0] ?? -3e38)),
    high: vector(specs.map((spec) => spec.clamp?.[1] ?? 3e38)),
  };
  const gateNames = [...new Set(specs.flatMap((spec) => [...spec.gates]))].sort();
  const opens = specs.map((spec) => gateNames.map((name) => Number(spec.gates.has(name))));
  const gatesOfWeights = tf.keep(tf.tensor2d(opens, [specs.length, gateNames.length], 'float32'));
  const dispose = () =>
    tf.dispose([flat.segment, gatesOfWeights, state.count, ...Object.values(state.slots), ...Object.values(perWeight)]);
  return {
    model,
    flat,
    optimiser,
    state,
    perWeight,
    clamped: specs.some((spec) => spec.clamp),
    gateNames,
    gatesOfWeights,
    dispose,
  };
}

function rateFactors(names: readonly string[], patterns: Readonly<Record<string, number>>): number[] {
  const factors = new Map(names.map((name) => [name, 1]));
  for (const [pattern, factor] of Object.entries(patterns)) {
    for (const name of namesMatching('train.learningRates', pattern, names)) factors.set(name, factor);
  }
  return names.map((name) => factors.get(name)!);
}

/**
 * One optimiser step over one or more batches: the only writer of weights. A gradient or loss that is not finite, or a
 * closed gate, leaves a weight, its moments, its average and its count as they were, to the byte.
 * @param rate scalar float32: learning rate
 */
export function trainingStep(trainable: Trainable, batches: readonly StepBatch[], rate: Tensor): Measurements {
  return stackMeasurements(trainable.model.backend.tf, measuredStep(trainable, batches, rate));
}

/** The numbers of a step as one vector; disposes them. */
export function stackMeasurements(tf: Tf, measured: Readonly<Record<string, Tensor>>): Measurements {
  const values = tf.tidy(() => tf.stack(Object.values(measured)));
  tf.dispose(measured);
  return { names: Object.keys(measured), values };
}

/** The same step; its numbers are scalars by name. */
export function measuredStep(
  trainable: Trainable,
  batches: readonly StepBatch[],
  rate: Tensor,
): Record<string, Tensor> {
  const { tf } = trainable.model.backend;
  return tf.tidy(() => {
    const { gradients, terms, total, open } = accumulate(trainable, batches);
    const norm = tf.sqrt(tf.sum(tf.square(gradients)));
    const finite = tf.logicalAnd(tf.isFinite(total), tf.isFinite(norm));
    const next = nextState(
      trainable,
      clip(tf, gradients, norm, trainable.model.runtime.config.train.clip),
      open,
      finite,
      rate,
    );
    commit(trainable, next);
    return { loss: total, ...terms, gradientNorm: norm, learningRate: tf.clone(rate) };
  });
}

/** Gradients of all batches together, with means over all of their samples. */
function accumulate(trainable: Trainable, batches: readonly StepBatch[]) {
  const { model, gateNames, gatesOfWeights } = trainable;
  const { tf } = model.backend;
  const counts = batches.length > 1 ? sumCounts(model, batches) : undefined;
  const parts = batches.map((batch) => batchGradients(trainable, batch, counts));
  const sum = (tensors: Tensor[]) => tensors.reduce((a, b) => tf.add(a, b));
  const merge = (records: Record<string, Tensor>[]) =>
    Object.fromEntries(Object.keys(records[0]!).map((name) => [name, sum(records.map((record) => record[name]!))]));
  const open = merge(parts.map((part) => part.open));
  const opened = tf.stack(gateNames.map((name) => open[name]!));
  const gate = tf.greater(tf.sum(tf.mul(gatesOfWeights, opened), 1), 0);
  return {
    gradients: sum(parts.map((part) => part.gradients)),
    terms: merge(parts.map((part) => part.terms)),
    total: sum(parts.map((part) => part.total)),
    open: gate,
  };
}

/** The flat gradient `[N]` of one batch, without an update. */
export function gradientsOf(trainable: Trainable, batch: StepBatch): Tensor {
  return trainable.model.backend.tf.tidy(() => batchGradients(trainable, batch).gradients);
}

/** Counts of every term over all batches, so that each batch's sum can be divided by the whole step's count. */
function sumCounts(model: Model, batches: readonly StepBatch[]): Record<string, Tensor> {
  const { tf } = model.backend;
  const all = batches.map((batch) =>
    tf.tidy(() => countsOf(score(model, batch, forward(model, batch, { training: true })))),
  );
  return Object.fromEntries(
    Object.keys(all[0]!).map((name) => [name, all.map((counts) => counts[name]!).reduce((a, b) => tf.add(a, b))]),
  );
}

function countsOf(terms: Readonly<Record<string, Term>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, term.count]));
}

/** Loss and flat gradient of one batch; `counts` are the divisors of the terms, its own when left out. */
function batchGradients({ model, flat }: Trainable, batch: StepBatch, counts?: Readonly<Record<string, Tensor>>) {
  const { tf } = model.backend;
  let side: { terms: Record<string, Tensor>; open: Record<string, Tensor> } | undefined;
  const loss = () => {
    const predictions = forward(model, batch, { training: true });
    const terms = score(model, batch, predictions);
    const means = meansOf(tf, terms, counts);
    const losses = Object.fromEntries(Object.entries(means).filter(([name]) => !terms[name]!.onlyMeasured));
    const total = balance(model, losses, stepContext(predictions.pass, 'objectives/balancer', 'objectives/balancer'));
    side = {
      terms: keepAll(tf, prefixed(means, terms)),
      open: keepAll(tf, gates(tf, model, batch, predictions.joined, terms)),
    };
    return tf.reshape(total, []);
  };
  const { value, grads } = tf.engine().gradients(loss as never, flat.variables as never, null as never, true);
  const gradients = flat.join(grads);
  const { terms, open } = side!;
  const local = <T extends Record<string, Tensor>>(kept: T) =>
    Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, own(tf, tensor)]));
  return { gradients, total: value as Tensor, terms: local(terms), open: local(open) };
}

/** Means by `<objective>/<term>`; a term with count 0 is 0. */
function meansOf(
  tf: Tf,
  terms: Readonly<Record<string, Term>>,
  counts?: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(terms).map(([name, { sum, count }]) => [name, tf.div(sum, tf.maximum(counts?.[name] ?? count, 1))]),
  );
}

/** The total: each objective is the mean of its terms, and the balancer weighs the objectives. */
function balance(
  model: Model,
  means: Readonly<Record<string, Tensor>>,
  context: ReturnType<typeof stepContext>,
): Tensor {
  const { tf } = context;
  const objectives = Object.entries(model.runtime.objectives).map(([name, { weight }]) => {
    const own = Object.keys(means)
      .filter((term) => term.startsWith(`${name}/`))
      .map((term) => means[term]!);
    return [name, { mean: tf.mean(tf.stack(own)) as Tensor, weight }] as const;
  });
  return model.runtime.balancer.total(Object.fromEntries(objectives), context);
}

function prefixed(
  means: Readonly<Record<string, Tensor>>,
  terms: Readonly<Record<string, Term>>,
): Record<string, Tensor> {
  const kind = (name: string) => (terms[name]!.onlyMeasured ? 'measured' : 'loss');
  return Object.fromEntries(Object.entries(means).map(([name, mean]) => [`${kind(name)}/${name}`, mean]));
}

function keepAll(tf: Tf, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))]));
}

/** A kept tensor handed back to the current tidy. */
function own(tf: Tf, kept: Tensor): Tensor {
  const mine = tf.clone(kept);
  kept.dispose();
  return mine;
}

/** Scales a gradient down to a global norm of at most `limit`. Pascanu et al. 2013. */
function clip(tf: Tf, gradients: Tensor, norm: Tensor, limit: number | false): Tensor {
  return limit === false ? gradients : tf.mul(gradients, tf.minimum(1, tf.div(limit, tf.maximum(norm, 1e-12))));
}

interface NextState {
  readonly weights: Tensor;
  readonly slots: Readonly<Record<string, Tensor>>;
  readonly count: Tensor;
}

function nextState(trainable: Trainable, gradients: Tensor, gate: Tensor, finite: Tensor, rate: Tensor): NextState {
  const { flat, perWeight, state, model } = trainable;
  const { tf } = model.backend;
  const open = tf.logicalAnd(gate, finite);
  const count = tf.add(state.count, tf.cast(open, 'float32'));
  const { rate: factor, decay, low, high } = perWeight;
  const own = trainable.optimiser.factors(tf, tf.maximum(count, 1));
  const bounds = trainable.clamped ? [low, high] : [];
  const expanded = flat.expand([tf.cast(open, 'float32'), tf.mul(factor, rate), decay, ...bounds, ...own]);
  const [change, learningRate, decays] = [tf.cast(expanded[0]!, 'bool'), expanded[1]!, expanded[2]!];
  const select = (fresh: Tensor, old: Tensor) => tf.where(change, fresh, old);
  const old = flat.join(flat.variables);
  const updated = trainable.optimiser.update(tf, {
    weights: old,
    gradients,
    slots: state.slots,
    factors: expanded.slice(3 + bounds.length),
    learningRate,
    decay: decays,
  });
  const bounded = trainable.clamped
    ? tf.minimum(tf.maximum(updated.weights, expanded[3]!), expanded[4]!)
    : updated.weights;
  const weights = select(bounded, old);
  const slots = Object.fromEntries(
    Object.entries(updated.slots).map(([name, value]) => [name, select(value, state.slots[name]!)]),
  );
  const { average } = model.runtime.config.train;
  if (average) {
    const mixed = tf.add(tf.mul(state.slots.average!, average), tf.mul(weights, 1 - average));
    slots.average = select(mixed, state.slots.average!);
  }
  return { weights, slots, count };
}

/** In-place assignment, the step's only effect. */
function commit({ flat, state, model }: Trainable, next: NextState): void {
  const { tf } = model.backend;
  for (const [index, value] of flat.split(next.weights).entries()) flat.variables[index]!.assign(value as never);
  for (const [name, value] of Object.entries(next.slots)) {
    state.slots[name]!.dispose();
    state.slots[name] = tf.keep(value);
  }
  state.count.dispose();
  state.count = tf.keep(next.count);
}
