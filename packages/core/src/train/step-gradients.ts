import type { StepContext, Tensor, Term, Tf } from '@modalkit/contract';
import { mapValues } from '../compose/map-values.js';
import { type CachedLoss, type Survey, survey } from './cached-gradients.js';
import { combineGradients } from './combine-gradients.js';
import { forward, gates, predictFrom, score } from './forward.js';
import { weightReader } from './low-rank.js';
import type { Model } from './model.js';
import { modulateGradients } from './modulate-gradients.js';
import { type Cut, cutOf, type Piece, piecesOf } from './pieces.js';
import type { StepBatch } from './step-batch.js';
import { stepContext } from './step-context.js';
import { takeGradients } from './take-gradients.js';
import { meansOf, objectiveLosses } from './term-means.js';
import { joinParts, type Trainable } from './trainable.js';

type Tensors = Record<string, Tensor>;

/** What a step finds before it changes anything. */
export interface StepGradients {
  /** A tensor for each part of the weights. */
  readonly gradients: readonly Tensor[];
  readonly terms: Tensors;
  readonly total: Tensor;
  /** `[K]` bool: which weights an update may touch. */
  readonly open: Tensor;
  /** New values of the balancer's own state. */
  readonly balance: Tensors;
}

/** One pass forward and back. */
interface PassGradients {
  readonly gradients: readonly Tensor[];
  /** Which weights the loss reaches, a flag each. */
  readonly reaches: readonly boolean[];
  readonly total: Tensor;
  readonly terms: Tensors;
  readonly open: Tensors;
  readonly observed: Tensors;
  readonly means: Tensors;
  readonly counted: Tensors;
}

/** Gradients of all batches together, with means over all of their samples. */
export function stepGradients(
  trainable: Trainable,
  batches: readonly StepBatch[],
  cut: Cut = cutOf(trainable.model.runtime.config.train),
): StepGradients {
  const { model, gateNames, gatesOfWeights } = trainable;
  const { balancer, objectives } = model.runtime;
  const { tf } = model.backend;
  const pieces = piecesOf(batches, cut);
  const known = pieces.length > 1 ? survey(trainable, pieces) : undefined;
  const asked: readonly (string | undefined)[] = balancer.combine ? Object.keys(objectives) : [undefined];
  const passes = asked.map((objective) => passOver(trainable, pieces, objective, known));
  const { terms, open, total, observed, means, counted } = passes[0]!;
  const context = balancerContext(model, batches[0]!);
  const combined = balancer.combine
    ? combineGradients(
        trainable.flat,
        passes,
        { means, counted },
        { context, combine: (given) => balancer.combine!(given, context) },
      )
    : { gradients: passes[0]!.gradients, state: {} };
  const opened = tf.stack(gateNames.map((name) => open[name]!));
  return {
    gradients: balancer.modulate
      ? modulateGradients(trainable.flat, combined.gradients, balancer.modulate(observed, context), context)
      : combined.gradients,
    terms,
    total,
    open: tf.greater(tf.sum(tf.mul(gatesOfWeights, opened), 1), 0),
    balance: combined.state,
  };
}

/**
 * The gradient of one batch, a tensor for each part of the weights, without an update.
 * @param objective of this one alone
 */
export function gradientsOf(trainable: Trainable, batch: StepBatch, objective?: string): Tensor[] {
  return trainable.model.backend.tf.tidy(() => [...passGradients(trainable, batch, { objective }).gradients]);
}

function balancerContext(model: Model, batch: StepBatch): StepContext {
  const { backend, runtime } = model;
  const pass = { backend, space: runtime.config.space, training: true, key: batch.key };
  return stepContext({ ...pass, weight: weightReader(model) }, 'objectives/balancer', 'objectives/balancer');
}

interface PassOptions {
  /** Divisors of the terms; their own counts when left out. */
  readonly counts?: Readonly<Tensors>;
  /** Objectives that are known over more samples than these. */
  readonly cached?: Readonly<Record<string, CachedLoss>>;
  /** The gradient is of this objective alone, with its weight; of the balancer's total when left out. */
  readonly objective?: string;
}

/** Loss and gradient of one batch. A pass that fails leaves no tensor behind. */
function passGradients(
  { model, flat }: Trainable,
  batch: StepBatch,
  { counts, cached = {}, objective }: PassOptions,
): PassGradients {
  const { tf } = model.backend;
  const { balancer } = model.runtime;
  const kept: Tensor[] = [];
  const keep = (tensors: Readonly<Tensors>): Tensors =>
    mapValues(tensors, (tensor) => {
      kept.push(tf.keep(tf.clone(tensor)));
      return kept.at(-1)!;
    });
  let side: Omit<PassGradients, 'gradients' | 'reaches'> | undefined;
  const loss = () => {
    const predictions = forward(model, batch, { training: true });
    const own = score(model, batch, predictions, (name) => !cached[name]);
    const terms = Object.assign(own, ...Object.values(cached).map((joined) => joined.terms)) as typeof own;
    const means = meansOf(tf, terms, counts);
    const losses = mapValues(objectiveLosses(model, terms, counts), (loss, name) =>
      cached[name] ? { ...loss, mean: cached[name].mean(predictions.inputs, flat.variables) } : loss,
    );
    const context = stepContext(predictions.pass, 'objectives/balancer', 'objectives/balancer');
    const total = tf.reshape(balancer.total(losses, context), []) as Tensor;
    const from = (inputs: readonly string[], heads: readonly string[]) =>
      predictFrom(model, predictions, inputs, heads).outputs;
    const view = { ...predictions, targets: batch.targets, from };
    const groups = {
      terms: prefixed(means, terms),
      open: gates(tf, model, batch, predictions.joined, terms),
      observed: balancer.observe?.(view, context) ?? {},
      means: balancer.combine ? mapValues(losses, ({ mean }) => mean) : {},
      counted: balancer.combine ? mapValues(losses, ({ share }) => share) : {},
    };
    side = { ...mapValues(groups, keep), total: keep({ total }).total! } as typeof side;
    const one = objective === undefined ? undefined : losses[objective]!;
    return one ? tf.mul(one.mean, one.weight) : total;
  };
  try {
    const { grads } = takeGradients(tf, loss, flat.variables);
    const own = (tensors: Readonly<Tensors>) => mapValues(tensors, (tensor) => tf.clone(tensor) as Tensor);
    const { total, ...groups } = side!;
    return {
      gradients: joinParts(flat, grads),
      reaches: grads.map((gradient) => gradient != null),
      total: tf.clone(total),
      ...(mapValues(groups, own) as Omit<PassGradients, 'gradients' | 'reaches' | 'total'>),
    };
  } finally {
    tf.dispose(kept);
  }
}

/** Passes over the pieces of a step, added up as they come: no more is held than the sum and one of them. */
function passOver(
  trainable: Trainable,
  pieces: readonly Piece[],
  objective: string | undefined,
  known: Survey | undefined,
): PassGradients {
  const { tf } = trainable.model.backend;
  let sum: PassGradients | undefined;
  for (const [index, piece] of pieces.entries()) {
    const next = tf.tidy(() => {
      const options = { counts: known?.counts, cached: known?.cached[index], objective };
      const pass = passGradients(trainable, piece.take(tf), options);
      return (sum ? addPasses(tf, sum, pass) : pass) as never;
    }) as PassGradients;
    tf.dispose(sum as never);
    sum = next;
  }
  return sum!;
}

function addPasses(tf: Tf, a: PassGradients, b: PassGradients): PassGradients {
  const add = (x: Tensors, y: Tensors) => mapValues(x, (tensor, name) => tf.add(tensor, y[name]!) as Tensor);
  return {
    gradients: a.gradients.map((part, index) => tf.add(part, b.gradients[index]!)),
    reaches: a.reaches.map((flag, index) => flag || b.reaches[index]!),
    total: tf.add(a.total, b.total),
    terms: add(a.terms, b.terms),
    open: add(a.open, b.open),
    observed: add(a.observed, b.observed),
    means: add(a.means, b.means),
    counted: add(a.counted, b.counted),
  };
}

function prefixed(means: Readonly<Tensors>, terms: Readonly<Record<string, Term>>): Tensors {
  const kind = (name: string) => (terms[name]!.onlyMeasured ? 'measured' : 'loss');
  return Object.fromEntries(Object.entries(means).map(([name, mean]) => [`${kind(name)}/${name}`, mean]));
}
