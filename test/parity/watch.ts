import type { Tf } from '@modalkit/contract';

/** Runs a function and notes every tensor it makes from host values and every read. */
export function watch(tf: Tf, run: () => void): { made: string[]; reads: number } {
  const engine = tf.engine() as unknown as Record<string, (...args: unknown[]) => unknown>;
  const original = { makeTensor: engine.makeTensor!, readSync: engine.readSync!, read: engine.read! };
  // The native kernels compute elsewhere: what they read on the host counts too. Plain JS is the host.
  const kernels = tf.backend() as unknown as { readSync: (id: object) => unknown };
  const readOnHost = kernels.readSync;
  const made: string[] = [];
  let reads = 0;
  engine.makeTensor = function (...args) {
    made.push(JSON.stringify([args[1], args[2], Array.from(args[0] as ArrayLike<number>)]));
    return original.makeTensor.apply(this, args);
  };
  for (const name of ['read', 'readSync'] as const) {
    engine[name] = function (...args) {
      reads += 1;
      return original[name].apply(this, args);
    };
  }
  if (tf.getBackend() === 'tensorflow') {
    kernels.readSync = function (id) {
      reads += 1;
      return readOnHost.call(this, id);
    };
  }
  try {
    run();
  } finally {
    Object.assign(engine, original);
    kernels.readSync = readOnHost;
  }
  return { made, reads };
}
