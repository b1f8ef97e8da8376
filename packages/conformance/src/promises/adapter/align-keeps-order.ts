import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { rowsOf, tidied } from '../../seen.js';

export const alignKeepsOrder: Promised<Adapter, AdapterBench> = {
  id: 'align-keeps-order',
  title: 'align keeps each value at its token',
  check({ adapter, tf, prepared, batch, run, model: { step } }) {
    tidied(tf, () => {
      const arrays = batch(prepared);
      const { tokens, aligned } = run(arrays);
      const [, length, width] = tokens.values.shape as [number, number, number];
      const valid = rowsOf(tokens.valid)[0]!;
      const changes = valid.flatMap((real, token) => {
        if (!real) return [];
        const one = tf.reshape(tf.oneHot(tf.tensor1d([token], 'int32'), length), [1, length, 1]);
        const wave = tf.sin(tf.range(1, width + 1));
        const values = tf.add(tokens.values, tf.mul(tf.cast(one, 'float32'), wave));
        const moved = adapter.align({ ...tokens, values }, step.space, step);
        const difference = tf.max(tf.abs(tf.sub(moved.values, aligned.values)), 2);
        return [{ token, by: rowsOf(difference)[0]! }];
      });
      for (const { token, by } of changes) {
        const most = by.indexOf(Math.max(...by));
        if (
          differenceOf(
            by,
            by.map(() => 0),
          ) > ROUNDING &&
          most !== token
        )
          broken(`A change of token ${token} of encode appears at token ${most} of align; keep the order.`);
      }
    });
  },
};
