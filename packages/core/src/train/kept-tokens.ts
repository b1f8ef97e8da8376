import type { BatchTensors, HostArray, Position, Tensor, Tf, Tokens } from '@modalkit/contract';
import { mapValues } from '../compose/map-values.js';
import { bucketLength } from '../data/bucket-of.js';
import type { InputPart } from '../data/data-project.js';
import type { HostBatch, HostInput } from '../data/host-batch.js';

/** What the arrays of kept tokens are called, among an input's arrays. */
const KEPT = 'kept/';

type Data = HostArray['data'];

/** Tokens of one input: each part of a sample's as many numbers a token as `shape` says, without the padding at their end. */
interface KeptInput {
  readonly parts: Readonly<Record<string, { readonly dtype: HostArray['dtype']; readonly shape: readonly number[] }>>;
  readonly rows: Map<string, Readonly<Record<string, Data>>>;
  /** All samples have as many tokens. */
  readonly fixed: boolean;
  longest: number;
}

/**
 * What `encode` gives of inputs whose weights it reads are all frozen: the same at every step, so that it is computed once for each
 * sample.
 */
export class KeptTokens {
  private readonly inputs = new Map<string, KeptInput>();
  /** Of all tokens together. */
  bytes = 0;

  /** Keeps the tokens of a batch's samples, `[N,T,…]` each. */
  add({ name, adapter }: InputPart, { ids, inputs }: HostBatch, arrays: Readonly<Record<string, HostArray>>): void {
    const parts = mapValues(arrays, ({ dtype, shape }) => ({ dtype, shape: shape.slice(2) }));
    const own = this.inputs.get(name) ?? { parts, rows: new Map(), fixed: !adapter.length, longest: 1 };
    this.inputs.set(name, own);
    const valid = arrays.valid!;
    const padded = valid.shape[1]!;
    for (const [index, row] of rowsOf(inputs[name]!).entries()) {
      if (!inputs[name]!.present.data[row]) continue;
      const ofRow = valid.data.subarray(index * padded, (index + 1) * padded);
      const length = own.fixed ? padded : ofRow.lastIndexOf(1) + 1;
      const kept = mapValues(arrays, ({ data }, part) => {
        const width = sizeOf(parts[part]!.shape);
        return data.slice(index * padded * width, (index * padded + length) * width);
      });
      own.rows.set(ids[row]!, kept);
      own.longest = Math.max(own.longest, length);
      this.bytes += Object.values(kept).reduce((sum, { byteLength }) => sum + byteLength, 0);
    }
  }

  /** A batch with the tokens of its samples beside what they are made of. */
  into(batch: HostBatch): HostBatch {
    const inputs = mapValues(batch.inputs, (input, name) => {
      const own = this.inputs.get(name);
      return own ? withTokens(input, own, batch.ids) : input;
    });
    return { ...batch, inputs };
  }
}

/** The input as it is, where a sample's tokens are not known: it failed when they were computed. */
function withTokens(input: HostInput, { parts, rows, fixed, longest }: KeptInput, ids: readonly string[]): HostInput {
  const samples = rowsOf(input);
  const kept = samples.map((row) => (input.present.data[row] ? rows.get(ids[row]!) : {}));
  if (kept.includes(undefined)) return input;
  const needed = Math.max(...kept.map((one) => one?.valid?.length ?? 0));
  const length = fixed ? longest : Math.min(longest, bucketLength(needed));
  const arrays = Object.entries(parts).map(([part, { dtype, shape }]): [string, HostArray] => {
    const width = sizeOf(shape);
    const data = new { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype](
      samples.length * length * width,
    );
    for (const [index, one] of kept.entries()) if (one?.[part]) data.set(one[part], index * length * width);
    return [`${KEPT}${part}`, { dtype, shape: [samples.length, length, ...shape], data }];
  });
  return { ...input, arrays: { ...input.arrays, ...Object.fromEntries(arrays) } };
}

/** The samples that an input's arrays hold. */
function rowsOf({ rows, present }: HostInput): readonly number[] {
  return rows ? [...rows.data] : [...present.data.keys()];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Tokens that came with a batch; undefined where there are none. */
export function tokensAmong(tf: Tf, arrays: BatchTensors): Tokens | undefined {
  const { values, valid, target, ...position } = Object.fromEntries(
    Object.entries(arrays).flatMap(([name, tensor]) =>
      name.startsWith(KEPT) ? [[name.slice(KEPT.length), tensor!]] : [],
    ),
  ) as Record<string, Tensor>;
  return values && valid && { values, valid, target, position: position as Position, hidden: tf.zerosLike(valid) };
}
