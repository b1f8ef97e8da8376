import { definePlugin, type Head, type StepContext, type Tensor } from '@modalkit/contract';
import { initLinear, linear, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { boxCentres } from '../align/box-centres.js';
import { initLogitScale, temperatureOption } from '../objectives/logit-scale.js';
import { boxTarget } from './box-target.js';
import { type RegionScores, regionScores } from './region-scores.js';
import { targetedHead } from './targeted-head.js';

const ID = '@modalkit/core/locate';
/** exp() of a logit from which this is taken is 0. */
const NEVER = 1e9;
const schema = z
  .strictObject({
    /** Input whose tokens are the regions: they carry boxes. */
    regions: z.string(),
    /** Input that says what is looked for. */
    phrase: z.string(),
    /** Column of the box; the head's own name when left out. */
    target: z.string().optional(),
    /** The inputs' own tokens, or those that have met each other: needed where a phrase is about several things. */
    from: z.enum(['input', 'fused']).default('input'),
    temperature: temperatureOption(0.1),
  })
  .refine(({ regions, phrase }) => regions !== phrase, 'regions and phrase must be two different inputs');

export type LocateOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string };

/**
 * Where in the picture is what the phrase says? With c_t the cosine of the picture's token t and the phrase, a learnt scale
 * s = exp(logitScale), boxes b_t and values v_t of the tokens:
 *
 *   a = softmax(s c), centre = sum_t a_t centre(b_t) + (sigmoid(o) - 1/2) / 2, size = sigmoid(e), (o, e) = W sum_t a_t v_t.
 *
 * Outputs: `regionLogits [B,T]`, s c; `attention [B,T]`, a, zeros where a sample lacks picture or phrase; `regionBoxes [B,T,4]`;
 * `valid [B,T]`; `point [B,2]`, the centre of the likeliest token (right, down); `box [B,4]`, cut at the picture's edges. It
 * reads a box `[left, top, right, bottom]` in 0..1 of the picture from the column `target`, its own name when left out.
 * @throws ModalkitError COMPOSE when the regions carry no boxes
 */
export const locate = definePlugin((options: LocateOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return targetedHead(ID, parsed, locateHead);
});

function locateHead(options: Settings): Head {
  const { regions, phrase, target, from, temperature } = options;
  return {
    id: ID,
    options,
    targets: { [target]: boxTarget() },
    needsFusion: from === 'fused',
    inputs: [regions, phrase],
    init(context) {
      initLogitScale(context, 'logitScale', temperature);
      initLinear(context, 'box', context.space.width, 4);
    },
    predict(view, context) {
      const { tf } = context;
      const found = regionScores(tf, ID, view, options);
      const regionLogits = tf.mul(found.scores, tf.exp(context.weight('logitScale')));
      const valid = tf.cast(found.valid, 'float32');
      const open = tf.sub(regionLogits, tf.mul(tf.sub(1, valid), NEVER));
      const attention = tf.mul(tf.softmax(open), valid);
      const best = tf.oneHot(tf.argMax(open, 1) as never, open.shape[1]!, 1, 0, 'float32');
      const centres = boxCentres(tf, found.box);
      return {
        regionLogits,
        attention,
        regionBoxes: found.box,
        valid,
        point: weighted(context, best, centres),
        box: boxOf(context, attention, found, centres),
      };
    },
  };
}

/** `[B,T]`, `[B,T,n]` -> `[B,n]`. */
function weighted({ tf }: StepContext, weights: Tensor, rows: Tensor): Tensor {
  return tf.squeeze(tf.matMul(tf.expandDims(weights, 1), rows), [1]);
}

function boxOf(context: StepContext, attention: Tensor, { values }: RegionScores, centres: Tensor): Tensor {
  const { tf } = context;
  const read = tf.sigmoid(linear(context, 'box', weighted(context, attention, values)));
  const [offset, size] = tf.split(read, 2, 1) as [Tensor, Tensor];
  const centre = tf.add(weighted(context, attention, centres), tf.mul(tf.sub(offset, 0.5), 0.5));
  const half = tf.mul(size, 0.5);
  return tf.clipByValue(tf.concat([tf.sub(centre, half), tf.add(centre, half)], 1), 0, 1);
}
