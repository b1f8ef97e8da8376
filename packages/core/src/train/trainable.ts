import type { Tensor, Tf, Variable } from '@modalkit/contract';
import { type FlatWeights, flatWeights } from './flat-weights.js';
import { type FreezeSchedule, freezeSchedule } from './freeze-schedule.js';
import type { Model } from './model.js';
import { type Optimiser, optimiserOf } from './optimiser.js';
import { weightFactors } from './weight-factors.js';

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
  /** Weights that the balancer replaces in the step, by their names without `objectives/balancer/`. */
  readonly balance: Readonly<Record<string, Variable>>;
  readonly schedule: FreezeSchedule;
  /** `[K]` constants: learning rate factor, decay factor, lowest and highest value of each weight. */
  readonly perWeight: { readonly rate: Tensor; readonly decay: Tensor; readonly low: Tensor; readonly high: Tensor };
  /** Names of the gates, and `[K, gates]` of 1 where a gate opens a weight. */
  readonly gateNames: readonly string[];
  readonly gatesOfWeights: Tensor;
  dispose(): void;
}

/** What the names of a balancer's weights begin with. */
export const BALANCER_WEIGHTS = 'objectives/balancer/';

/** Lays out the trainable weights and begins their optimiser state. */
export function createTrainable(model: Model): Trainable {
  const { tf } = model.backend;
  const options = model.runtime.config.train;
  const all = [...model.weights.values()];
  const names = all.map(({ spec }) => spec.name);
  const trainable = all.filter(({ spec }) => spec.trainable);
  const schedule = freezeSchedule(
    options.freeze,
    names,
    trainable.map(({ spec }) => spec.name),
  );
  const entries = trainable.filter(({ spec }) => !schedule.always.has(spec.name));
  const flat = flatWeights(tf, entries);
  const optimiser = optimiserOf(options.optimiser);
  const zeros = () => flat.parts.map(({ shape }) => tf.keep(tf.fill([...shape], 0)));
  const slots = Object.fromEntries(optimiser.slots.map((slot) => [slot, zeros()]));
  if (options.average) slots.average = copyOfWeights(tf, flat);
  const state: OptimiserState = { slots, count: tf.keep(tf.zeros([entries.length])) };
  const { specs } = flat;
  const vector = (values: readonly number[]) => tf.keep(tf.tensor1d([...values], 'float32'));
  const factors = weightFactors(
    specs,
    options,
    all.map(({ spec }) => spec),
  );
  const perWeight = {
    rate: vector(factors.rates),
    decay: vector(factors.decays),
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
    balance: balanceState(model),
    schedule,
    perWeight,
    gateNames,
    gatesOfWeights,
    dispose,
  };
}

function balanceState({ runtime, weights }: Model): Record<string, Variable> {
  if (!runtime.balancer.combine) return {};
  const own = [...weights.values()].filter(({ spec }) => !spec.trainable && spec.name.startsWith(BALANCER_WEIGHTS));
  return Object.fromEntries(own.map(({ spec, variable }) => [spec.name.slice(BALANCER_WEIGHTS.length), variable]));
}

/** Tensors of all weights -> one for each part. */
export function joinParts({ parts }: FlatWeights, tensors: readonly (Tensor | null | undefined)[]): Tensor[] {
  return parts.map(({ from, to, join }) => join(tensors.slice(from, to)));
}

/** The weights' numbers in memory of their own. */
function copyOfWeights(tf: Tf, flat: FlatWeights): Tensor[] {
  const parts = tf.tidy(() => joinParts(flat, flat.variables).map((part) => tf.add(part, 0) as Tensor));
  return parts.map((part) => tf.keep(part));
}
