import { balancedOrder } from './balanced-order.js';
import { bucketItems, bucketLength } from './bucket-of.js';
import type { BatchBucket } from './host-batch.js';
import { keyedPermutation } from './keyed-permutation.js';

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
  /** Batches among which samples of like length are brought together. */
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

/** Plans batches: shuffles by key (balanced by group when there are groups), sorts by length within windows, cuts, and shuffles the batches by key. */
export function batchPlan(options: PlanOptions): BatchPlan {
  const { count, batch, seed, training, groups } = options;
  const whole = training ? Math.floor(count / batch) : Math.ceil(count / batch);
  const stepsPerEpoch = Math.max(1, whole);
  const weights = paddedSizes(options);
  let current: Epoch = { epoch: -1, order: new Uint32Array(), batches: new Uint32Array() };
  const at = (epoch: number): Epoch => {
    if (current.epoch !== epoch) {
      const shuffle = (size: number, purpose: string): Uint32Array =>
        training
          ? keyedPermutation(size, seed, epoch, purpose)
          : Uint32Array.from({ length: size }, (_, index) => index);
      const drawn = training && groups ? balancedOrder(groups, seed, epoch) : shuffle(count, 'samples');
      const order = sortWindows(drawn, weights, options, stepsPerEpoch * batch);
      current = { epoch, order, batches: shuffle(stepsPerEpoch, 'batches') };
    }
    return current;
  };
  return {
    stepsPerEpoch,
    drawBatch(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      const { order, batches } = at(epoch);
      const start = batches[step % stepsPerEpoch]! * batch;
      const rows = Array.from({ length: batch }, (_, row) => order[start + row] ?? -1);
      return { step, epoch, rows, bucket: bucketOf(rows, options) };
    },
  };
}

/** Places that each sample takes when padded, summed over its inputs. */
function paddedSizes({ count, sizes, buckets }: PlanOptions): Float64Array {
  const total = new Float64Array(count);
  for (const { lengths, items, list } of Object.values(sizes))
    for (let sample = 0; sample < count; sample++)
      total[sample]! += (lengths ? bucketLength(lengths[sample]!, buckets) : 1) * bucketItems(items[sample]!, list);
  return total;
}

/** The first `used` of an order, sorted by size within windows; samples of one size stay in their order. */
function sortWindows(
  order: Uint32Array,
  sizes: Float64Array,
  { batch, window = 32 }: PlanOptions,
  used: number,
): Uint32Array {
  const kept = order.subarray(0, used);
  for (let start = 0; start < kept.length; start += window * batch)
    kept.subarray(start, start + window * batch).sort((a, b) => sizes[a]! - sizes[b]!);
  return kept;
}

/** The shape that holds all of these rows. */
export function bucketOf(
  rows: readonly number[],
  { sizes, buckets }: Pick<PlanOptions, 'sizes' | 'buckets'>,
): BatchBucket {
  const most = (values: Int32Array): number =>
    rows.reduce((top, row) => (row < 0 ? top : Math.max(top, values[row]!)), 0);
  const entries = Object.entries(sizes).map(([name, { lengths, items, list }]) => [
    name,
    { length: lengths ? bucketLength(most(lengths), buckets) : 0, list: bucketItems(most(items), list) },
  ]);
  return Object.fromEntries(entries);
}
