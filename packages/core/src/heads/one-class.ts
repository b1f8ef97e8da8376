import {
  definePlugin,
  type FusedView,
  type Head,
  type HeadFit,
  type StepContext,
  type Tensor,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { stopGradient } from '../objectives/stop-gradient.js';
import { calibratedHead, calibratedOptions, checkNormal, normalRows, wherePresent } from './calibrated-head.js';
import { FUSED, pooledOf } from './pooled-head.js';
import { MOST } from './read-samples.js';
import { targetedHead } from './targeted-head.js';

const ID = '@modalkit/core/oneClass';
/** Coordinates of the centre are kept so far from 0, which weights of 0 would reach. */
const LEAST_CENTRE = 0.1;
const SLOPE = 0.1;
const schema = z.strictObject({
  /** Widths of the hidden layer and of the space in which normal samples lie close together. */
  hidden: z.int().min(1).max(65_536).default(128),
  width: z.int().min(1).max(65_536).default(32),
  /** `fused`, or the input whose pooled vector is read. */
  from: z.string().default(FUSED),
  ...calibratedOptions,
});

export type OneClassOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string };

/**
 * How far a sample is from the centre of a hypersphere that a network draws normal samples into (Deep SVDD, Ruff et al. 2018):
 * s = |z - c| / sqrt(width), z = leakyReLU(v W1) W2 without biases, c the mean z of normal training samples before the first
 * step. The objective `svdd` trains W1 and W2. Its gradients stop at the vector v: what makes that has biases, and could make
 * all samples one.
 *
 * Outputs, in training: `distance [B,1]`, s^2, and `counted [B,1]`, 1 where the sample has what is read. In evaluation:
 * `vector [B,width]`, z; `score [B,1]`, s, and 0 where it has not; `logits [B,2]`, 0 and ln(score / threshold).
 * @throws ModalkitError DATA when a split has too few normal samples
 */
export const oneClass = definePlugin((options: OneClassOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  return targetedHead(ID, parsed, oneClassHead);
});

function oneClassHead(options: Settings): Head {
  const { from, hidden, width } = options;
  return calibratedHead(ID, options, from, {
    fits: [centreFit(options)],
    init({ weight, space }) {
      weight('inner', [space.width, hidden], { kind: 'glorot', fanIn: space.width, fanOut: hidden });
      weight('outer', [hidden, width], { kind: 'glorot', fanIn: hidden, fanOut: width });
      weight('centre', [1, width], { kind: 'zeros' }, { trainable: false });
    },
    train(view, context) {
      const distance = squares(context, drawnIn(view, context, from));
      return { distance, counted: wherePresent(context.tf.onesLike(distance), view, from, context) };
    },
    score(view, context) {
      const vector = drawnIn(view, context, from);
      return { vector, score: context.tf.sqrt(squares(context, vector)) };
    },
  });
}

/** `[B,D]` -> `[B,width]`. */
function drawnIn(view: FusedView, { tf, weight }: StepContext, from: string): Tensor {
  const inner = tf.matMul(stopGradient(tf, pooledOf(view, from)) as never, weight('inner') as never);
  return tf.matMul(tf.leakyRelu(inner, SLOPE) as never, weight('outer') as never);
}

/** Mean squared distance from the centre in each coordinate, `[B,1]`. */
function squares({ tf, weight }: StepContext, vector: Tensor): Tensor {
  return tf.mean(tf.square(tf.sub(vector, weight('centre'))), 1, true);
}

/** The centre, once: it must stay where it is while samples are drawn to it. */
function centreFit(options: Settings): HeadFit {
  return {
    when: 'start',
    samples: MOST,
    output: 'vector',
    check: checkNormal(options, 1),
    measure: (rows, width, samples) => ({ centre: centreOf(normalRows(rows, width, samples, options), width) }),
  };
}

function centreOf(rows: Float32Array, width: number): Float32Array {
  const count = rows.length / width;
  return Float32Array.from({ length: width }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += rows[row * width + column]!;
    const mean = sum / count;
    return Math.abs(mean) < LEAST_CENTRE ? (mean < 0 ? -LEAST_CENTRE : LEAST_CENTRE) : mean;
  });
}
