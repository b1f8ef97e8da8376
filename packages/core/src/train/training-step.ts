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
  /** A tensor for each part of the weights by slot name; `average` among them when weights are averaged. */
  readonly slots: Record<string, Tensor[]>;
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
  const zeros = () => flat.parts.map(({ shape }) => tf.keep(tf.zeros([...shape])));
  const slots = Object.fromEntries(optimiser.slots.map((slot) => [slot, zeros()]));
  if (options.average) slots.average = copyOfWeights(tf, flat);
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
  const dispose = () => tf.dispose([...flat.constants, gatesOfWeights, state.count, state.slots, perWeight] as never);
  return {
    model,
    flat,
    optimiser,
    state,
    perWeight,
    gateNames,
    gatesOfWeights,
    dispose,
  };
}

/** Tensors of all weights -> one for each part. */
function joinParts({ parts }: FlatWeights, tensors: readonly (Tensor | null | undefined)[]): Tensor[] {
  return parts.map(({ from, to, join }) => join(tensors.slice(from, to)));
}

/** The weights' numbers in memory of their own. */
function copyOfWeights(tf: Tf, flat: FlatWeights): Tensor[] {
  const parts = tf.tidy(() => joinParts(flat, flat.variables).map((part) => tf.add(part, 0) as Tensor));
  return parts.map((part) => tf.keep(part));
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
    const norm = tf.sqrt(tf.addN(gradients.map((part) => tf.sum(tf.square(part)))));
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
    gradients: trainable.flat.parts.map((_, part) => sum(parts.map(({ gradients }) => gradients[part]!))),
    terms: merge(parts.map((part) => part.terms)),
    total: sum(parts.map((part) => part.total)),
    open: gate,
  };
}

/** The gradient of one batch, a tensor for each part of the weights, without an update. */
export function gradientsOf(trainable: Trainable, batch: StepBatch): Tensor[] {
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

/** Loss and gradient of one batch; `counts` are the divisors of the terms, its own when left out. */
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
  const gradients = joinParts(flat, grads);
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
