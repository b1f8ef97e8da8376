/** Logits of one sample's tokens, for decoding on the host. */
export interface TokenScores {
  /** `[tokens, classes + 1]` row-major logits or ln probabilities; column 0 is the blank. */
  readonly logits: Float32Array;
  /** `[tokens]`: 0 where a token does not count. */
  readonly valid: ArrayLike<number>;
}

/** ln probabilities of each token that counts. */
export function logProbabilities({ logits, valid }: TokenScores): Float64Array[] {
  const width = logits.length / valid.length;
  const rows = Array.from({ length: valid.length }, (_, token) => token).filter((token) => valid[token]);
  return rows.map((token) => {
    const row = Float64Array.from(logits.subarray(token * width, (token + 1) * width));
    const most = Math.max(...row);
    const sum = most + Math.log(row.reduce((total, value) => total + Math.exp(value - most), 0));
    return row.map((value) => value - sum);
  });
}
