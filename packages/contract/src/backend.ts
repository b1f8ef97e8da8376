import type { Program, ReadyProgram } from './program.js';
import type { Tensor, Tf } from './tf.js';

/** A tensor backend, chosen and made ready. */
export interface Backend {
  /** `native`, `bundled` (the package's own download), `wasm` or `js`. */
  readonly id: string;
  readonly tf: Tf;
  /** Version of what computes, for example TensorFlow's. */
  readonly version: string;
  /** `CPU`, or the GPU's name. */
  readonly device: string;
  readonly threads: number;
  readonly deterministic: boolean;
  /**
   * Stateless uniform float32 in [0, 1): a function of the key alone (Salmon et al. 2011, Philox 4x32-10).
   * @param key `[2]` int32
   */
  uniform(key: Tensor, shape: readonly number[]): Tensor;
  /**
   * Runs a program as one static graph for each set of shapes, recorded when such shapes first come. What can't be captured
   * runs operation by operation. Absent on a backend that has no graphs.
   * @param notice told once, in a sentence, why a program isn't captured
   */
  capture?<I extends object, O extends object>(
    program: Program<I, O>,
    notice: (sentence: string) => void,
  ): ReadyProgram<I, O>;
  dispose?(): void | Promise<void>;
}
