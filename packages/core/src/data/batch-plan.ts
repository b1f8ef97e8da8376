import { mapValues } from '../compose/map-values.js';
import { balancedOrder } from './balanced-order.js';
import { bucketItems, bucketLength } from './bucket-of.js';
import type { BatchBucket } from './host-batch.js';
import { keyedPermutation } from './keyed-permutation.js';
import { countHaving, packedRows } from './packed-rows.js';
import { steadyOrder } from './steady-order.js';

/** Sizes of one input over the samples of a split. */
export interface InputSizes {
  /** Tokens of the longest item of each sample; absent for an adapter whose samples all have the same number. */
  readonly lengths?: Int32Array;
  /** Items of each sample. */
  readonly items: Int32Array;
  /** Most items its list may hold. */
  readonly list: number;
}

/** What a plan depends on. */
export interface PlanOptions {
  /** Samples of the split. */
  readonly count: number;
  readonly batch: number;
  readonly seed: number;
  /** Training shuffles and drops the last incomplete batch; evaluation keeps the order and pads it. */
  readonly training: boolean;
  readonly sizes: Readonly<Record<string, InputSizes>>;
  readonly buckets?: readonly number[];
  /** Batches among which samples of like length are brought together, with like numbers of samples that have an input. */
  readonly window?: number;
  /** In training: group of each sample, -1 for none; every group then fills as many rows as any other. */
  readonly groups?: Int32Array;
}

/** One batch to be made. */
export interface Draw {
  readonly step: number;
  readonly epoch: number;
  /** Index in the split of each row's sample; -1 pads the batch. */
  readonly rows: readonly number[];
  readonly bucket: BatchBucket;
}

/** Which samples each step sees. */
export interface BatchPlan {
  readonly stepsPerEpoch: number;
  /** The batch of a step, from (seed, step) alone: a run may resume anywhere. */
  drawBatch(step: number): Draw;
}

/** The order of one epoch, all of the plan that is kept. */
interface Epoch {
  readonly epoch: number;
  readonly order: Uint32Array;
  readonly batches: Uint32Array;
}

/**
 * Plans batches: shuffles by key (balanced by group when there are groups), orders by length and presence within windows, cuts, and
 * shuffles the batches by key.
 */
export function batchPlan(options: PlanOptions): BatchPlan {
  const { count, batch, seed, training, groups } = options;
  const whole = training ? Math.floor(count / batch) : Math.ceil(count / batch);
  const stepsPerEpoch = Math.max(1, whole);
  const longest = mapValues(options.sizes, ({ lengths }) => lengths?.reduce((top, length) => Math.max(top, length), 1));
  const weights = paddedSizes(options, longest);
  let packed: Readonly<Record<string, number>> | undefined;
  let current: Epoch = { epoch: -1, order: new Uint32Array(), batches: new Uint32Array() };
  const at = (epoch: number): Epoch => {
    if (current.epoch !== epoch) {
      const shuffle = (size: number, purpose: string): Uint32Array =>
        training
          ? keyedPermutation(size, seed, epoch, purpose)
          : Uint32Array.from({ length: size }, (_, index) => index);
      const drawn = training && groups ? balancedOrder(groups, seed, epoch) : shuffle(count, 'samples');
      const order = orderWindows(drawn, weights, options, stepsPerEpoch * batch);
      current = { epoch, order, batches: shuffle(stepsPerEpoch, 'batches') };
    }
    return current;
  };
  const rowsOf = (step: number): readonly number[] => {
    const { order, batches } = at(Math.floor(step / stepsPerEpoch));
    const start = batches[step % stepsPerEpoch]! * batch;
    return Array.from({ length: batch }, (_, row) => order[start + row] ?? -1);
  };
  // Of the first epoch, whichever step is drawn first: later epochs have as many, but for one or two.
  const packing = () => {
    const first = Array.from({ length: stepsPerEpoch }, (_, step) => rowsOf(step));
    return packedRows(first, options.sizes, training ? 1 : 0);
  };
  return {
    stepsPerEpoch,
    drawBatch(step) {
      packed ??= packing();
      const rows = rowsOf(step);
      return {
        step,
        epoch: Math.floor(step / stepsPerEpoch),
        rows,
        bucket: bucketOf(rows, options, { longest, packed }),
      };
    },
  };
}

/** Places that each sample takes when padded, summed over its inputs. */
function paddedSizes({ count, sizes, buckets }: PlanOptions, longest: Limits['longest']): Float64Array {
  const total = new Float64Array(count);
  for (const [name, { lengths, items, list }] of Object.entries(sizes))
    for (let sample = 0; sample < count; sample++)
      total[sample]! +=
        (lengths ? bucketLength(lengths[sample]!, buckets, longest?.[name]) : 1) * bucketItems(items[sample]!, list);
  return total;
}

/** The first `used` of an order, by size and presence within windows. */
function orderWindows(
  order: Uint32Array,
  weights: Float64Array,
  { batch, window = 32, sizes }: PlanOptions,
  used: number,
): Uint32Array {
  const kept = order.subarray(0, used);
  const items = Object.values(sizes).map((size) => size.items);
  for (let start = 0; start < kept.length; start += window * batch) {
    const samples = kept.subarray(start, start + window * batch);
    samples.set(steadyOrder(samples, { sizes: weights, items }));
  }
  return kept;
}

/** What is known of all of a split's batches, by input. */
interface Limits {
  /** Tokens of the longest item. */
  readonly longest?: Readonly<Record<string, number | undefined>>;
  /** Samples that go through the adapter, where that is not all. */
  readonly packed?: Readonly<Record<string, number>>;
}

/** The shape that holds all of these rows. Where more of them have an input than are to go through its adapter, none is packed. */
export function bucketOf(
  rows: readonly number[],
  { sizes, buckets }: Pick<PlanOptions, 'sizes' | 'buckets'>,
  { longest, packed = {} }: Limits = {},
): BatchBucket {
  const most = (values: Int32Array): number =>
    rows.reduce((top, row) => (row < 0 ? top : Math.max(top, values[row]!)), 0);
  const fits = Object.entries(packed).every(([name, count]) => countHaving(rows, sizes[name]!) <= count);
  const entries = Object.entries(sizes).map(([name, { lengths, items, list }]) => {
    const length = lengths ? bucketLength(most(lengths), buckets, longest?.[name]) : 0;
    const bucket = { length, list: bucketItems(most(items), list) };
    return [name, fits && packed[name] ? { ...bucket, rows: packed[name] } : bucket];
  });
  return Object.fromEntries(entries);
}
