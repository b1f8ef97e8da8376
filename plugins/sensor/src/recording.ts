import type { Gap } from './files/gap-line.js';

/** Samples of one channel in the order of their times, in seconds; NaN values were not measured and are left out. */
export interface Series {
  readonly times: Float64Array;
  readonly values: Float32Array;
}

/** What was measured, by channel in the order of the options. */
export interface Recording {
  readonly series: readonly Series[];
  /** Times of which the recording itself says that nothing is known. */
  readonly gaps: readonly Gap[];
}
