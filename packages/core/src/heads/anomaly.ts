import {
  definePlugin,
  type FusedView,
  type Head,
  type HeadFit,
  ModalkitError,
  type StepContext,
  type Tensor,
} from '@modalkit/contract';
import { maskedMean, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { stopGradient } from '../objectives/stop-gradient.js';
import { calibratedHead, calibratedOptions, checkNormal, normalRows, wherePresent } from './calibrated-head.js';
import { distanceOf, initDistance, measureDistance } from './normal-distance.js';
import { FUSED, pooledOf } from './pooled-head.js';
import { MOST } from './read-samples.js';
import { targetedHead } from './targeted-head.js';

const ID = '@modalkit/core/anomaly';
const schema = z.strictObject({
  /** Distance to normal samples: to the nearest of a bank of them, or to their mean. */
  by: z.enum(['nearest', 'mahalanobis']).default('nearest'),
  /** `nearest`: so many are averaged. */
  neighbours: z.int().min(1).max(64).default(3),
  /** `nearest`: normal samples that are kept. */
  bank: z.int().min(1).max(65_536).default(1024),
  /** `fused`, the input whose pooled vector is read, or several inputs, of each of which the distance is measured by itself. */
  from: z
    .union([
      z.string(),
      z
        .array(z.string())
        .min(2)
        .max(64)
        .refine((names) => new Set(names).size === names.length, 'each input is named once')
        .refine((names) => !names.includes(FUSED), '"fused" stands alone'),
    ])
    .default(FUSED),
  /**
   * What is measured of them: their vectors, or what masked modelling predicts of an input, its standardised values before anything is
   * learnt, mean of the tokens.
   */
  of: z.enum(['vectors', 'values']).default('vectors'),
  ...calibratedOptions,
});

const checked = schema.refine(({ of, from }) => of === 'vectors' || from !== FUSED, {
  path: ['of'],
  error: 'of the fused tokens there are no values; name inputs in `from`',
});

export type AnomalyOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string };

/**
 * How far a sample is from normal ones, learnt from these alone and after training, with the covariance of the training split's
 * normal vectors, shrunk (Ledoit and Wolf 2004), as the measure of distance: u = (v - mean) W, W W' = inverse covariance, and
 *
 *   mahalanobis: s = |u| / sqrt(D) (Lee et al. 2018);
 *   nearest: s = mean of |u - b| / sqrt(D) over the nearest of a bank of normal samples (Sun et al. 2022; Roth et al. 2022).
 *
 * v is the pooled vector, D the width of the space; with `of: 'values'` v is the mean of the tokens' targets, D their width.
 * Of several inputs the score is the root mean square of the distances of those that the sample has: what one of them lacks, or is
 * unlike, says nothing about the others.
 *
 * Outputs, in evaluation: `vector [B,D]`, of several inputs `vector/<input>`; `score [B,1]`, s, and 0 where the sample lacks all that is
 * read; of several inputs `distance/<input> [B,1]`; `logits [B,2]`, 0 and ln(s / threshold), so that what reads a class reads `normal` or `anomalous`. Mean, W, bank and threshold are weights that
 * no gradient changes: they are in the checkpoint, and go where it goes.
 * @throws ModalkitError DATA when a split has too few normal samples
 */
export const anomaly = definePlugin((options: AnomalyOptions = {}) => {
  const parsed = parseOptions(checked, options, ID);
  return targetedHead(ID, parsed, anomalyHead);
});

function anomalyHead(options: Settings): Head {
  const { from } = options;
  const sources = [from].flat();
  return calibratedHead(ID, options, from, {
    fits: sources.map((source) => normalFit(options, source)),
    init(context, widths) {
      for (const source of sources)
        initDistance(context, prefixOf(from, source), widthOf(options, source, context.space.width, widths), options);
    },
    score(view, context) {
      const vectors = sources.map((source) => stopGradient(context.tf, measured(context, view, source, options)));
      const distances = sources.map((source, at) => {
        const distance = distanceOf(context, prefixOf(from, source), vectors[at]!, options);
        return wherePresent(distance, view, source, context);
      });
      const vector = Object.fromEntries(
        sources.map((source, at) => [nameOf(from, 'vector', source), vectors[at]!] as const),
      );
      if (typeof from === 'string') return { ...vector, score: distances[0]! };
      const apart = Object.fromEntries(sources.map((source, at) => [`distance/${source}`, distances[at]!] as const));
      return { ...vector, ...apart, score: rootMeanSquare(context, view, sources, distances) };
    },
  });
}

/** Of the inputs that are there, 0 where none is. */
function rootMeanSquare(
  context: StepContext,
  view: FusedView,
  sources: readonly string[],
  distances: readonly Tensor[],
): Tensor {
  const { tf } = context;
  const there = tf.addN(sources.map((source, at) => wherePresent(tf.onesLike(distances[at]!), view, source, context)));
  const squares = tf.addN(distances.map((distance) => tf.square(distance)));
  return tf.sqrt(tf.div(squares, tf.maximum(there, 1)));
}

/** `[B,D]` of one of those that are read. */
function measured({ tf }: StepContext, view: FusedView, source: string, { of }: Settings): Tensor {
  if (of === 'vectors') return pooledOf(view, source);
  const { target, valid } = view.inputs[source]!;
  return maskedMean(tf, target!, valid);
}

/** @throws ModalkitError COMPOSE when the input has no values */
function widthOf({ of }: Settings, source: string, space: number, widths: Readonly<Record<string, number>>): number {
  if (of === 'vectors') return space;
  const width = widths[source];
  if (width !== undefined) return width;
  throw new ModalkitError(
    'COMPOSE',
    `${ID}: "${source}" has no values that are predicted; leave out \`of: "values"\`, or read an input that has some.`,
  );
}

/** What the weights of a distance begin with. */
function prefixOf(from: Settings['from'], source: string): string {
  return typeof from === 'string' ? '' : `${source}/`;
}

/** An output, of several inputs that of one of them. */
function nameOf(from: Settings['from'], output: string, source: string): string {
  return typeof from === 'string' ? output : `${output}/${source}`;
}

/** Mean, W and bank of the training split's normal samples. */
function normalFit(options: Settings, source: string): HeadFit {
  const { by, bank, neighbours, from } = options;
  const own = { ...options, from: source };
  const which = typeof from === 'string' ? '' : ` with input "${source}"`;
  return {
    samples: MOST,
    output: nameOf(from, 'vector', source),
    check: checkNormal(own, by === 'nearest' ? Math.min(neighbours, bank) + 1 : 2, which),
    measure(rows, width, samples, who): Record<string, Float32Array> {
      const values = measureDistance(normalRows(rows, width, samples, own), width, options, `${who}${which}`);
      return Object.fromEntries(
        Object.entries(values).map(([name, numbers]) => [`${prefixOf(from, source)}${name}`, numbers]),
      );
    },
  };
}
