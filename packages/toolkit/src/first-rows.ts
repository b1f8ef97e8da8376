import type { Tensor, Tf } from '@modalkit/contract';

/**
 * The first `tokens` rows of a table of positions, `[rows, width]` -> `[tokens, width]`. A bucket may be longer than any sample:
 * its tokens beyond the table are padding, and get zeros.
 */
export function firstRows(tf: Tf, table: Tensor, tokens: number): Tensor {
  const [rows, width] = table.shape as [number, number];
  const used = tf.slice(table, [0, 0], [Math.min(rows, tokens), width]);
  return tokens <= rows ? used : tf.concat([used, tf.zeros([tokens - rows, width])]);
}
