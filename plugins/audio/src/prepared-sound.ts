/** A sound as log-mel frames. */
export interface PreparedSound {
  /** `[(before + steps + after) * stride, mels]`: log10 of power, floored, not yet standardised. */
  readonly mel: Float32Array;
  /** Steps of the sound itself. */
  readonly steps: number;
  /** Steps of context around it that are heard and make no tokens: of windows of a stream. */
  readonly before: number;
  readonly after: number;
  /** Second of its start on the container's or stream's clock. */
  readonly start: number;
}
