import type { Tf } from '@modalkit/contract';

/** Runs a function and notes the name of every kernel it runs, those of its gradients too. */
export function recordKernels<T>(tf: Tf, run: () => T): { result: T; kernels: Set<string> } {
  const engine = tf.engine();
  const runKernel = engine.runKernel;
  const kernels = new Set<string>();
  engine.runKernel = function recorded(this: typeof engine, name, ...rest) {
    kernels.add(name);
    return runKernel.call(this, name, ...rest) as never;
  };
  try {
    return { result: run(), kernels };
  } finally {
    engine.runKernel = runKernel;
  }
}

/** Those of the named kernels that the backend in use does not have. */
export function missingKernels(names: Iterable<string>, tf: Tf): string[] {
  return [...names].filter((name) => !tf.getKernel(name, tf.getBackend())).sort();
}
