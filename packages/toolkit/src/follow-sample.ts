import type {
  Adapter,
  Aligned,
  BatchTensors,
  HostArray,
  HostArrays,
  HostContext,
  Position,
  StepContext,
  Tensor,
  Tokens,
} from '@modalkit/contract';

/** One sample, or the items of a list, on its way through an adapter. */
export interface SampleToFollow {
  readonly adapter: Adapter;
  readonly items: readonly unknown[];
  /** Tokens to pad to, where that is more than it needs. */
  readonly length?: number;
  /** What `prepare` is given, and what `collate` is. */
  readonly host: HostContext;
  readonly fitted: HostContext;
  readonly step: StepContext;
  /** The step's input: the collated arrays as tensors, or those of a batch that has this sample alone. They are the caller's. */
  readonly tensors: (collated: HostArrays) => BatchTensors;
}

/** What became of it. */
export interface FollowedSample {
  /** Shape `[tokens, width]` as encoded and as aligned. */
  readonly tokens: readonly [number, number];
  readonly aligned: readonly [number, number];
  /** `[tokens]` of 0 and 1. */
  readonly valid: readonly number[];
  readonly hidden: readonly number[];
  readonly position: Readonly<Record<string, readonly number[] | readonly (readonly number[])[]>>;
  /** Aligned tokens, and the pooled vector. */
  readonly values: readonly (readonly number[])[];
  readonly pooled: readonly number[];
  /** Milliseconds and bytes of each stage: prepare, collate, encode, align. */
  readonly stages: readonly Stage[];
}

interface Stage {
  readonly stage: string;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** Prepares, collates, encodes and aligns, outside of any training, and looks at what comes of it. */
export async function followSample(given: SampleToFollow): Promise<FollowedSample> {
  const { adapter, items, length = 0, host, fitted, step, tensors } = given;
  const { tf } = step;
  const stages: Stage[] = [];
  const prepared = await timed(stages, 'prepare', sizeOf, () =>
    Promise.all(items.map((item) => adapter.prepare(item, host))),
  );
  const bucket = {
    batch: prepared.length,
    length: Math.max(length, ...prepared.map((item) => adapter.length?.(item) ?? 0)),
  };
  const collated = await timed(stages, 'collate', sizeOf, async () => adapter.collate(prepared, bucket, fitted));
  const arrays = tensors(collated);
  const started = tf.memory().numBytes;
  const grown = () => tf.memory().numBytes - started;
  const tidied = async <T>(run: () => T) => tf.tidy(() => run() as never) as T;
  const hidden = { hidden: tf.zerosLike(arrays.valid) };
  const tokens = await timed<Tokens>(stages, 'encode', grown, () => tidied(() => adapter.encode(arrays, hidden, step)));
  const encoded = grown();
  const aligned = await timed<Aligned>(
    stages,
    'align',
    () => grown() - encoded,
    () => tidied(() => adapter.align(tokens, step.space, step)),
  );
  const followed = {
    tokens: [tokens.valid.size, tokens.values.shape[2]!] as const,
    aligned: [aligned.valid.size, aligned.values.shape[2]!] as const,
    valid: [...aligned.valid.dataSync()],
    hidden: [...aligned.hidden.dataSync()],
    position: positionsOf(tokens.position),
    values: rows([...aligned.values.dataSync()], aligned.values.shape[2]!),
    pooled: [...aligned.pooled.dataSync()],
    stages,
  };
  tf.dispose([tokens as never, aligned as never, hidden as never]);
  return followed;
}

/** Runs a stage and notes how long it took and how many bytes it left. */
async function timed<T>(
  stages: Stage[],
  stage: string,
  bytes: (result: T) => number,
  run: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const result = await run();
  stages.push({ stage, milliseconds: performance.now() - began, bytes: bytes(result) });
  return result;
}

function sizeOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value as Record<string, unknown | HostArray>).reduce<number>(
    (sum, part) => sum + sizeOf(part),
    0,
  );
}

function positionsOf(position: Position): FollowedSample['position'] {
  const known = Object.entries(position).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
  return Object.fromEntries(
    known.map(([name, tensor]) => [
      name,
      tensor.shape[2] === undefined ? [...tensor.dataSync()] : rows([...tensor.dataSync()], tensor.shape[2]),
    ]),
  );
}

function rows(values: readonly number[], width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}
