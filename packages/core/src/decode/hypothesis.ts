/** A beginning of what is written. */
export interface Hypothesis {
  readonly ids: readonly number[];
  /** ln p of all its tokens, the end included. */
  readonly logProbability: number;
}

/** A hypothesis and how it goes on. */
export interface Extension {
  /** Index among the sample's hypotheses. */
  readonly parent: number;
  readonly id: number;
  readonly logProbability: number;
}

/**
 * Chooses how a sample's hypotheses go on; one that is not chosen is given up.
 * @param rows ln p of the next token of each, `[classes]`
 * @param finished those of the sample that have ended
 */
export type Chooser = (
  hypotheses: readonly Hypothesis[],
  rows: readonly Float32Array[],
  finished: readonly Hypothesis[],
) => readonly Extension[];
