import type { StepContext, Target } from '@modalkit/contract';
import { embedding, linear } from '@modalkit/toolkit';
import { SPECIAL, type TokenizerState } from './tokenizer-state.js';

/**
 * Token ids as classes. One table serves both ways (Press and Wolf 2017): a class is the encoder's embedding in the
 * joint space, a score is the product with it.
 */
export const textTarget: Target = {
  kind: 'classes',
  classes: (state) => (state as TokenizerState).classes,
  begin: SPECIAL.begin,
  end: SPECIAL.end,
  embed: (ids, context) => linear(context, 'align', embedding(context, 'embedding', ids)),
  score: (hidden, context) => {
    const { tf } = context;
    const [batch, tokens, width] = hidden.shape as [number, number, number];
    const scores = tf.matMul(tf.reshape(hidden, [-1, width]), allClasses(context), false, true);
    return tf.reshape(scores, [batch, tokens, scores.shape[1]!]);
  },
};

/** Every class in the joint space, `[n, D]`. */
const allClasses = (context: StepContext) => linear(context, 'align', context.weight('embedding'));
