import type { InputView, ModelView, Objective, TargetView, Tensor, Term, Tf } from '@modalkit/contract';
import { mapValues } from '../compose/map-values.js';
import { stopGradient } from '../objectives/stop-gradient.js';
import { forward, score } from './forward.js';
import { weightReader } from './low-rank.js';
import type { Model } from './model.js';
import type { Piece } from './pieces.js';
import type { StepBatch } from './step-batch.js';
import { stepContext } from './step-context.js';
import { takeGradients } from './take-gradients.js';
import { meanOfTerms } from './term-means.js';
import type { Trainable } from './trainable.js';

type Tensors = Record<string, Tensor>;

/** What a pass without gradients over all pieces of a step finds out. */
export interface Survey {
  /** Of every term, over the whole step. */
  readonly counts: Tensors;
  /** For each piece, by objective. */
  readonly cached: readonly Readonly<Record<string, CachedLoss>>[];
}

/** The part of an objective over many pieces that falls to one of them. */
export interface CachedLoss {
  /** Its share of sums and counts, by `<objective>/<term>`. */
  readonly terms: Readonly<Record<string, Term>>;
  /** Scalar: a number whose value and gradient, over all pieces, add up to those of the objective's mean. */
  mean(inputs: Readonly<Record<string, InputView>>, weights: readonly Tensor[]): Tensor;
}

/** What is kept of a piece between the two passes. */
interface Glimpse {
  readonly counts: Tensors;
  readonly pooled: Tensors;
  readonly present: Tensors;
  readonly targets: Readonly<Record<string, TargetView>>;
  readonly key: Tensor;
}

/** Objectives whose pieces can be joined: of those that compare samples, the ones that read pooled vectors alone. */
export function joinable({ runtime }: Model): string[] {
  const all = Object.entries(runtime.objectives);
  return all.filter(([, { acrossBatch, fromPooled }]) => acrossBatch && fromPooled).map(([name]) => name);
}

/**
 * Cached gradients (GradCache, Gao et al. 2021): objectives that compare samples are computed over the pooled vectors of all pieces, each
 * taken through the model without gradients; the gradient by a piece's pooled vectors is kept, and the second pass
 * sends it back through the model. So every sample is compared with every other, and no more than a piece is held at a time.
 */
export function survey(trainable: Trainable, pieces: readonly Piece[]): Survey {
  const { model } = trainable;
  const { tf } = model.backend;
  const several = pieces.filter(({ group }, index) =>
    pieces.some((other, at) => at !== index && other.group === group),
  );
  const names = joinable(model);
  const glimpses = pieces.map((piece) => {
    const joined = several.includes(piece) ? names : [];
    return tf.tidy(() => glance(model, piece.take(tf), joined) as never) as Glimpse;
  });
  const groups = [...new Set(several.map(({ group }) => group))].map((group) =>
    pieces.flatMap((piece, index) => (piece.group === group ? [index] : [])),
  );
  const joined = groups.flatMap((members) =>
    names.map((name) =>
      joinPieces(
        model,
        name,
        members,
        members.map((index) => glimpses[index]!),
      ),
    ),
  );
  const counts = addAll(tf, [
    ...glimpses.map((glimpse) => glimpse.counts),
    ...joined.map(({ terms }) => countsOf(terms)),
  ]);
  const cached: Record<string, CachedLoss>[] = pieces.map(() => ({}));
  for (const group of joined)
    for (const [at, loss] of cachedLosses(trainable, group, counts).entries())
      cached[group.members[at]!]![group.name] = loss;
  return { counts, cached };
}

/** A piece's counts of the other objectives, and what those that are joined read of it. */
function glance(model: Model, batch: StepBatch, joined: readonly string[]): Glimpse {
  const { tf } = model.backend;
  const predictions = forward(model, batch, { training: true });
  const terms = score(model, batch, predictions, (objective) => !joined.includes(objective));
  const copy = (tensor: Tensor): Tensor => tf.clone(tensor);
  const views = joined.length > 0 ? predictions.inputs : {};
  const read = new Set(joined.flatMap((name) => Object.keys(model.runtime.objectives[name]!.targets ?? {})));
  const targets = Object.entries(batch.targets).filter(([name]) => read.has(name));
  return {
    counts: mapValues(countsOf(terms), copy),
    pooled: mapValues(views, ({ pooled }) => copy(pooled)),
    present: mapValues(views, ({ present }) => copy(present)),
    targets: mapValues(
      Object.fromEntries(targets),
      (target) => mapValues(target as never, copy) as never as TargetView,
    ),
    key: copy(batch.key),
  };
}

/** An objective over the pieces of a group. */
interface Joined {
  readonly name: string;
  /** Numbers of the pieces, and their rows. */
  readonly members: readonly number[];
  readonly rows: readonly number[];
  readonly pooled: Tensors;
  readonly terms: Readonly<Record<string, Term>>;
  /** The terms, to take gradients of. */
  again(): Readonly<Record<string, Term>>;
}

function joinPieces(model: Model, name: string, members: readonly number[], glimpses: readonly Glimpse[]): Joined {
  const { backend, runtime } = model;
  const { tf } = backend;
  const objective: Objective = runtime.objectives[name]!;
  const join = (pick: (glimpse: Glimpse) => Tensor): Tensor => tf.concat(glimpses.map(pick), 0);
  const [first] = glimpses;
  const pooled = mapValues(first!.pooled, (_, input) => join((glimpse) => glimpse.pooled[input]!));
  const present = mapValues(first!.present, (_, input) => join((glimpse) => glimpse.present[input]!));
  const inputs = mapValues(pooled, (vectors, input) => ({ pooled: vectors, present: present[input]! }) as InputView);
  const targets = mapValues(first!.targets, (_, target) => ({
    values: join((glimpse) => glimpse.targets[target]!.values),
    valid: join((glimpse) => glimpse.targets[target]!.valid),
  }));
  const view: ModelView = { inputs, targets, outputs: {} };
  const again = () => {
    const pass = { backend, space: runtime.config.space, training: true, key: first!.key, weight: weightReader(model) };
    const terms = objective.terms(view, stepContext(pass, `objectives/${name}`, `objectives/${name}`));
    return Object.fromEntries(Object.entries(terms).map(([term, value]) => [`${name}/${term}`, value]));
  };
  const rows = glimpses.map((glimpse) => Object.values(glimpse.present)[0]!.shape[0]!);
  return { name, members, rows, pooled, terms: again(), again };
}

/** What of a joined objective falls to each of its pieces. */
function cachedLosses({ model, flat }: Trainable, joined: Joined, counts: Readonly<Tensors>): CachedLoss[] {
  const { tf } = model.backend;
  const mean = () => meanOfTerms(tf, joined.again(), counts);
  const inputs = Object.keys(joined.pooled);
  const by = [...Object.values(joined.pooled), ...flat.variables];
  const { value, grads } = takeGradients(tf, mean, by);
  const byPooled = inputs.map((_, index) => grads[index] && tf.split(grads[index], [...joined.rows], 0));
  const byWeight = grads.slice(inputs.length) as (Tensor | null)[];
  const part = <T extends Tensor>(tensor: T) => tf.div(tensor, joined.members.length) as T;
  const terms = mapValues(joined.terms, (term) => ({ ...term, sum: part(term.sum), count: part(term.count) }));
  return joined.members.map((_, at) => ({
    terms,
    mean: (views, weights) => {
      const pooled = inputs.flatMap((input, index) => pairOf(views[input]!.pooled, byPooled[index]?.[at]));
      const own = weights.flatMap((weight, index) => pairOf(weight, byWeight[index] && part(byWeight[index]!)));
      const linear = [...pooled, ...own].map(([x, gradient]) => tf.sum(tf.mul(x, gradient)) as Tensor);
      const slope = tf.addN([tf.scalar(0), ...linear]) as Tensor;
      return tf.add(part(value as Tensor), tf.sub(slope, stopGradient(tf, slope)));
    },
  }));
}

function pairOf(x: Tensor, gradient: Tensor | null | undefined): [Tensor, Tensor][] {
  return gradient ? [[x, gradient]] : [];
}

function countsOf(terms: Readonly<Record<string, Term>>): Tensors {
  return mapValues(terms, ({ count }) => count);
}

/** Sums by name; a record may lack some names. */
function addAll(tf: Tf, records: readonly Readonly<Tensors>[]): Tensors {
  const sums: Tensors = {};
  for (const record of records)
    for (const [name, tensor] of Object.entries(record)) sums[name] = sums[name] ? tf.add(sums[name], tensor) : tensor;
  return sums;
}
