import { CONTRACT, definePlugin, OBJECTIVE, type Objective, type StepContext, type Tensor } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { locatedSamples } from './located-samples.js';
import { regionsInBox } from './regions-in-box.js';
import { sampleLossOptions } from './sample-loss.js';

const ID = '@modalkit/core/grounding';
/** exp() of a logit from which this is taken is 0. */
const NEVER = 1e9;
const schema = z.strictObject({
  /** `head`: a `locate` head; its target is a box. */
  ...sampleLossOptions,
  loss: z.enum(['contrast', 'attention']).default('contrast'),
});

export type GroundingOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/**
 * Grounding of a phrase in a picture by a box. With z the `regionLogits` of a `locate` head and M the tokens whose centre lies in the
 * box (the nearest where none does), one term named after the loss:
 * - `contrast`: each region against the phrase, as the alignment loss of GLIP (Li et al. 2022), with a learnt `logitBias` b:
 *
 *     L = (sum_t softplus(z_t + b) - sum_{t in M} (z_t + b)) / |M|;
 *
 * - `attention`: the phrase's attention a = softmax(z) is to lie in the box (attention supervision, Liu et al. 2017):
 *
 *     L = -ln sum_{t in M} a_t.
 *
 * Summed over the samples that have picture, phrase and box. The share of them whose likeliest token has its centre in the box
 * (the pointing game, Zhang et al. 2016) is measured as `pointing`.
 */
export const grounding = definePlugin((options: GroundingOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => groundingObjective(parsed)) };
});

function groundingObjective(options: Settings): Objective {
  const { head, target, loss, weight } = options;
  return {
    id: ID,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    init(context) {
      if (loss === 'contrast') context.weight('logitBias', [], { kind: 'constant', value: -2 }, { decay: false });
    },
    terms(view, context) {
      const { tf } = context;
      const { right, valid, output, term } = locatedSamples(tf, ID, view, head, target);
      const logits = output('regionLogits');
      const { inside, meant } = regionsInBox(tf, output('regionBoxes'), valid, right);
      const losses =
        loss === 'contrast' ? contrast(context, logits, valid, meant) : attention(context, logits, valid, meant);
      return { [loss]: term(losses), pointing: { ...term(hits(context, logits, valid, inside)), onlyMeasured: true } };
    },
  };
}

function contrast(context: StepContext, logits: Tensor, valid: Tensor, meant: Tensor): Tensor {
  const { tf } = context;
  const z = tf.add(logits, context.weight('logitBias'));
  const [real, own] = [tf.cast(valid, 'float32'), tf.cast(meant, 'float32')];
  const all = tf.sub(tf.sum(tf.mul(tf.softplus(z), real), 1), tf.sum(tf.mul(z, own), 1));
  return tf.div(all, tf.maximum(tf.sum(own, 1), 1));
}

function attention(context: StepContext, logits: Tensor, valid: Tensor, meant: Tensor): Tensor {
  const mass = (flags: Tensor) => context.tf.logSumExp(only(context, logits, flags), 1);
  return context.tf.sub(mass(valid), mass(meant));
}

/** 1 where the likeliest region lies in the box. */
function hits(context: StepContext, logits: Tensor, valid: Tensor, inside: Tensor): Tensor {
  const { tf } = context;
  const best = tf.oneHot(tf.argMax(only(context, logits, valid), 1) as never, logits.shape[1]!, 1, 0, 'float32');
  return tf.sum(tf.mul(best, tf.cast(inside, 'float32')), 1);
}

/** The logits of some regions; the others have no part in a softmax. */
function only({ tf }: StepContext, logits: Tensor, flags: Tensor): Tensor {
  return tf.sub(logits, tf.mul(tf.sub(1, tf.cast(flags, 'float32')), NEVER));
}
