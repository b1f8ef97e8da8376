import { CONTRACT, definePlugin, OBJECTIVE, type Objective, type Tensor, type Tf } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { locatedSamples } from './located-samples.js';
import { sampleLossOptions } from './sample-loss.js';

const ID = '@modalkit/core/boxRegression';
const EPSILON = 1e-7;
const schema = z.strictObject({
  /** `head`: a `locate` head; its target is a box. */
  ...sampleLossOptions,
  /** Factors of the two terms, as in DETR. */
  l1: z.number().min(0).default(5),
  giou: z.number().min(0).default(2),
});

export type BoxRegressionOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/**
 * How far the `box` of a `locate` head is from the right one, as in DETR (Carion et al. 2020): `l1`, the absolute differences of the
 * four edges, and `giou`, 1 - GIoU (Rezatofighi et al. 2019), where C is the smallest box around both:
 *
 *   GIoU = |A and B| / |A or B| - (|C| - |A or B|) / |C|.
 *
 * Summed over the samples that have picture, phrase and box; the overlap itself, |A and B| / |A or B|, is measured as `iou`.
 */
export const boxRegression = definePlugin((options: BoxRegressionOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => objective(parsed)) };
});

function objective(options: Settings): Objective {
  const { head, target, l1, giou, weight } = options;
  return {
    id: ID,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const { right, output, term } = locatedSamples(tf, ID, view, head, target);
      const box = output('box');
      const apart = tf.sum(tf.abs(tf.sub(box, right)), 1);
      const overlap = overlapOf(tf, box, right);
      return {
        l1: term(tf.mul(apart, l1)),
        giou: term(tf.mul(tf.sub(1, overlap.giou), giou)),
        iou: { ...term(overlap.iou), onlyMeasured: true },
      };
    },
  };
}

/** IoU and GIoU of boxes `[B,4]`, each `[B]`. */
function overlapOf(tf: Tf, a: Tensor, b: Tensor): { iou: Tensor; giou: Tensor } {
  const corners = (box: Tensor) => tf.split(box, 2, 1) as [Tensor, Tensor];
  const [[nearA, farA], [nearB, farB]] = [corners(a), corners(b)];
  const area = (near: Tensor, far: Tensor) => {
    const [across, down] = tf.split(tf.maximum(tf.sub(far, near), 0), 2, 1) as [Tensor, Tensor];
    return tf.squeeze(tf.mul(across, down), [1]);
  };
  const both = area(tf.maximum(nearA, nearB), tf.minimum(farA, farB));
  const either = tf.sub(tf.add(area(nearA, farA), area(nearB, farB)), both);
  const around = area(tf.minimum(nearA, nearB), tf.maximum(farA, farB));
  const iou = tf.div(both, tf.add(either, EPSILON));
  return { iou, giou: tf.sub(iou, tf.div(tf.sub(around, either), tf.add(around, EPSILON))) };
}
