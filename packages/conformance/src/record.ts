import { createHash } from 'node:crypto';
import type { Tensor, Tf } from '@modalkit/contract';

/** What a function did on the backend. */
export interface Recording {
  /** Operations in order: name, attributes, where each input comes from; a constant by its values. */
  readonly ops: readonly string[];
  /** How often a tensor was read on the host. */
  readonly reads: number;
  /** Most bytes that tensors held at a time beyond those that were there before. */
  readonly peakBytes: number;
}

type Engine = Record<'runKernel' | 'read' | 'readSync', (...args: never[]) => unknown>;

/**
 * Runs a function and notes every operation, its gradients' too: what a capture of it would hold.
 * @param feeds tensors it may read, by name; all else that it has not computed is a constant
 */
export function record(tf: Tf, feeds: Readonly<Record<string, Tensor>>, run: () => void): Recording {
  const engine = tf.engine() as unknown as Engine;
  const { runKernel, read, readSync } = engine;
  const before = tf.memory().numBytes;
  const sources = new Map(Object.entries(feeds).map(([name, { id }]) => [id, name]));
  const ops: string[] = [];
  let [reads, peakBytes] = [0, 0];
  /** Clones that an operation keeps of its own inputs and outputs for the gradient: made before it has returned. */
  const clones = new Map<number, number>();
  let depth = 0;
  const sourceOf = (tensor: Tensor) => sources.get(clones.get(tensor.id) ?? tensor.id) ?? constant(tf, tensor);
  engine.runKernel = function (this: Engine, name: string, inputs: Record<string, Tensor | Tensor[]>, attrs: unknown) {
    depth += 1;
    const outputs = runKernel.call(this, name as never, inputs as never, attrs as never);
    depth -= 1;
    if (depth > 0) {
      const { id } = inputs.x as Tensor;
      clones.set((outputs as Tensor).id, clones.get(id) ?? id);
      return outputs;
    }
    const from = Object.entries(inputs).map(([key, given]) => `${key}=${[given].flat().map(sourceOf)}`);
    const text = `${name}(${from.join(', ')}) ${JSON.stringify(attrs) ?? ''}`;
    for (const [at, output] of [outputs].flat().entries()) sources.set((output as Tensor).id, `#${ops.length}.${at}`);
    ops.push(text);
    peakBytes = Math.max(peakBytes, tf.memory().numBytes - before);
    return outputs;
  } as Engine['runKernel'];
  for (const [name, original] of Object.entries({ read, readSync }))
    engine[name as 'read'] = function (this: Engine, ...args) {
      reads += 1;
      return original.apply(this, args);
    };
  try {
    run();
  } finally {
    Object.assign(engine, { runKernel, read, readSync });
  }
  return { ops, reads, peakBytes };
}

function constant(tf: Tf, { dataId, dtype, shape }: Tensor): string {
  const values = tf.backend().readSync(dataId) as unknown as Uint8Array;
  const hash = createHash('sha1').update(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return `${dtype}[${shape}]:${hash.digest('hex').slice(0, 8)}`;
}

/** The first operation in which two recordings differ, as `operation 7 is … once and … the next time`. */
export function firstDifference(one: Recording, other: Recording): string | undefined {
  const at = one.ops.findIndex((op, index) => op !== other.ops[index]);
  if (at === -1 && one.ops.length === other.ops.length) return undefined;
  const index = at === -1 ? one.ops.length : at;
  return `operation ${index + 1} is ${one.ops[index] ?? 'none'} once and ${other.ops[index] ?? 'none'} the next time`;
}
