/** What a live source of sound yields. */
export interface LiveSound {
  /** One channel, -1 … 1. */
  readonly samples: Float32Array;
  /** Hertz. */
  readonly rate: number;
}
