import type { Tensor, Tf } from '@modalkit/contract';

/** The first `tokens` of axis 1, or zeros after what there is: `[B,N,...]` float32 -> `[B,tokens,...]`. */
export function fitTokens(tf: Tf, x: Tensor, tokens: number): Tensor {
  const [batch, have, ...rest] = x.shape as [number, number, ...number[]];
  if (have === tokens) return x;
  if (have > tokens)
    return tf.slice(
      x,
      x.shape.map(() => 0),
      [batch, tokens, ...rest],
    );
  return tf.pad(
    x,
    x.shape.map((_, axis): [number, number] => [0, axis === 1 ? tokens - have : 0]),
  );
}
