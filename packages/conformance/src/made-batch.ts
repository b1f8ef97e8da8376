import type { Fused, HostArray, InputView, ModelView, TargetSpec, TargetView, Tensor, Tf } from '@modalkit/contract';
import { hostRandom, maskedMean, validFromLengths, zeroInvalid } from '@modalkit/toolkit';

export const WIDTH = 8;
/** Samples that there are; each has tokens of its own, is ragged, and some lack an input. */
export const ROWS = [0, 1, 2, 3];
/** A row of a batch that has no input and no target. */
export const NOBODY = -1;
/** Tokens of each sample, by the rank of the input. */
const LENGTHS = [
  [3, 2, 0, 1],
  [2, 0, 1, 3],
  [1, 3, 2, 0],
];

export interface BatchOptions {
  /** Samples by number, in any order; NOBODY among them. */
  readonly rows?: readonly number[];
  /** Tokens that each input is padded to, at least 3. */
  readonly tokens?: number;
  /** What stands in every number of an invalid token. */
  readonly garbage?: number;
  /** Makes a leaf of a tensor, for example a variable. */
  readonly leaf?: (name: string, tensor: Tensor) => Tensor;
}

/** What a batch is made up of. */
export interface BatchParts {
  readonly inputs: readonly string[];
  readonly targets: Readonly<Record<string, { readonly spec: TargetSpec; readonly values: readonly unknown[] }>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

/** A batch as heads and objectives see it, with the tensors that it consists of by name. */
export interface MadeBatch {
  readonly view: ModelView;
  readonly leaves: Readonly<Record<string, Tensor>>;
  readonly rows: readonly number[];
}

/** A made-up batch: the same numbers for the same sample, wherever it stands. */
export function makeBatch(tf: Tf, parts: BatchParts, options: BatchOptions = {}): MadeBatch {
  const { rows = ROWS, leaf = (_, tensor) => tensor } = options;
  const leaves: Record<string, Tensor> = {};
  const keep = (name: string, tensor: Tensor) => {
    leaves[name] = leaf(name, tensor);
    return leaves[name];
  };
  const inputs = Object.fromEntries(
    parts.inputs.map((name, rank) => [name, inputView(tf, { ...options, rows, name, rank, keep })]),
  );
  const targets = Object.fromEntries(
    Object.entries(parts.targets).map(([name, { spec, values }]) => [
      name,
      targetView(tf, { name, spec, values, rows, keep }),
    ]),
  );
  const outputs = Object.fromEntries(
    Object.entries(parts.outputs).map(([name, shape]) => [name, keep(name, noiseRows(tf, name, rows, shape))]),
  );
  const fuse = (some: ModelView['inputs']) => fusedOf(tf, some);
  const hide: ModelView['hide'] = (name, hidden) => ({ ...inputs[name]!, hidden: hidden(inputs[name]!.valid) });
  return { view: { inputs, targets, outputs, fused: fuse(inputs), fuse, hide }, leaves, rows };
}

type Keep = (name: string, tensor: Tensor) => Tensor;

interface InputOptions extends BatchOptions {
  readonly rows: readonly number[];
  readonly name: string;
  readonly rank: number;
  readonly keep: Keep;
}

function inputView(tf: Tf, { rows, name, rank, tokens = 3, garbage = 0, keep }: InputOptions): InputView {
  const lengths = rows.map((row) => LENGTHS[rank % LENGTHS.length]![row] ?? 0);
  const toTensor = ({ data, shape, dtype }: HostArray) => tf.tensor(data, [...shape], dtype);
  const valid = keep(`${name}/valid`, toTensor(validFromLengths(lengths, tokens)));
  const present = keep(`${name}/present`, tf.greater(tf.tensor1d(lengths), 0));
  const real = tf.cast(tf.expandDims(valid, 2), 'float32');
  const noise = zeroInvalid(tf, noiseRows(tf, name, rows, [tokens, WIDTH]), valid);
  const values = keep(`${name}/values`, tf.add(noise, tf.mul(garbage, tf.sub(1, real))));
  const pooled = keep(
    `${name}/pooled`,
    tf.mul(noiseRows(tf, `${name}/pooled`, rows, [WIDTH]), tf.cast(tf.expandDims(present, 1), 'float32')),
  );
  const rankOf = tf.tile(tf.expandDims(tf.range(0, tokens, 1, 'int32'), 0), [rows.length, 1]);
  const start = tf.mul(tf.cast(rankOf, 'float32'), 0.5);
  return {
    ...{ values, valid, present, pooled },
    // the first token of each sample is to be predicted
    hidden: tf.logicalAnd(valid, tf.equal(rankOf, tf.scalar(0, 'int32'))),
    target: tf.slice(values, [0, 0, 0], [rows.length, tokens, 2]),
    scorer: { kind: 'values', score: (x) => tf.slice(x, [0, 0, 2], [x.shape[0]!, x.shape[1]!, 2]) },
    position: { order: rankOf, time: tf.stack([start, tf.add(start, 0.5)], 2) },
  };
}

/** Numbers in -1 … 1, `[rows, ...shape]`, a function of the name and of each row's sample; a longer row begins as a shorter one. */
function noiseRows(tf: Tf, name: string, rows: readonly number[], shape: readonly number[]): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const data = rows.flatMap((row) => {
    const random = hostRandom(1, row, name);
    return Array.from({ length: size }, (_, at) => (row === NOBODY ? 0 : 2 * random.uniform('value', at) - 1));
  });
  return tf.tensor(data, [rows.length, ...shape], 'float32');
}

interface TargetOptions {
  readonly name: string;
  readonly spec: TargetSpec;
  readonly values: readonly unknown[];
  readonly rows: readonly number[];
  readonly keep: Keep;
}

function targetView(tf: Tf, { name, spec, values, rows, keep }: TargetOptions): TargetView {
  const own = rows.map((row) => values[row]);
  const { data, shape, dtype } = spec.collate(own);
  return {
    values: keep(`targets/${name}`, tf.tensor(data, [...shape], dtype)),
    valid: keep(
      `targets/${name}/valid`,
      tf.tensor1d(
        own.map((value) => value !== undefined),
        'bool',
      ),
    ),
  };
}

/** The plainest fusion: tokens side by side, pooled vectors added up. */
function fusedOf(tf: Tf, inputs: ModelView['inputs']): Fused {
  const views = Object.values(inputs);
  let start = 0;
  const spans = Object.fromEntries(
    Object.entries(inputs).map(([name, { valid }]) => {
      const span = { start, end: start + valid.shape[1]! };
      start = span.end;
      return [name, span];
    }),
  );
  const valid = tf.concat(
    views.map((view) => view.valid),
    1,
  );
  const values = tf.concat(
    views.map((view) => view.values),
    1,
  );
  const pooled = tf.addN(views.map((view) => view.pooled));
  return { values, valid, spans, pooled: tf.add(pooled, maskedMean(tf, values, valid)) };
}
