import { availableParallelism } from 'node:os';

export interface ComputeOptions {
  /** Threads of one operation. Default: all processors. */
  readonly threads?: number;
  /** Operations that give the same bits every time. Default true. */
  readonly deterministic?: boolean;
}

/** Settings that TensorFlow reads from the environment when it is loaded, and never again. */
export function setTensorflowEnv({ threads, deterministic = true }: ComputeOptions): Required<ComputeOptions> {
  const wanted = threads ?? (Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism());
  process.env.TF_NUM_INTRAOP_THREADS = String(wanted);
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
  process.env.TF_DETERMINISTIC_OPS = deterministic ? '1' : '0';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  // TensorFlow turns oneDNN on by itself only where the processor has AVX-512 for neural networks;
  // with AVX2 alone its products are quicker too (docs/decisions/onednn.md).
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  return { threads: wanted, deterministic };
}
