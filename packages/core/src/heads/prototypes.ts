import { definePlugin, type Head, type HeadFit, ModalkitError, type Sample, type Tensor } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { stopGradient } from '../objectives/stop-gradient.js';
import { classesOption, classIndex, classNames } from './class-names.js';
import { classTarget } from './class-target.js';
import { FUSED, pooledOf } from './pooled-head.js';
import { hasRead, MOST } from './read-samples.js';
import { squaredDistances } from './squared-distances.js';
import { targetedHead } from './targeted-head.js';

const ID = '@modalkit/core/prototypes';
const schema = z.strictObject({
  classes: classesOption,
  /** Labelled samples of each class that are used, the first of the training split; all when left out. */
  shots: z.int().min(1).optional(),
  /** Column of the class; the head's own name when left out. */
  target: z.string().optional(),
  /** `fused`, or the input whose pooled vector is read. */
  from: z.string().default(FUSED),
});

export type PrototypesOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string; readonly names: readonly string[] };

/**
 * Classifies by the nearest class mean, from a few labelled samples and with no training (prototypical networks, Snell et al.
 * 2017): c_k is the mean vector of the training split's samples of class k, measured before each evaluation; p(k) is the softmax
 * of -|v - c_k|^2.
 *
 * Outputs, in evaluation: `vector [B,D]`; `logits [B,classes]`, -|v - c_k|^2.
 * @throws ModalkitError DATA when a class has no labelled sample
 */
export const prototypes = definePlugin((options: PrototypesOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return targetedHead(ID, parsed, (targeted) => prototypeHead({ ...targeted, names: classNames(targeted.classes) }));
});

function prototypeHead({ names, ...options }: Settings): Head {
  const { from, target } = options;
  return {
    id: ID,
    options,
    targets: { [target]: classTarget(names) },
    needsFusion: from === FUSED,
    inputs: from === FUSED ? undefined : [from],
    fits: [meansFit({ names, ...options })],
    init: ({ weight, space }) =>
      weight('prototypes', [names.length, space.width], { kind: 'zeros' }, { trainable: false }),
    predict(view, context): Record<string, Tensor> {
      if (context.training) return {};
      const vector = stopGradient(context.tf, pooledOf(view, from));
      return { vector, logits: context.tf.neg(squaredDistances(context.tf, vector, context.weight('prototypes'))) };
    },
  };
}

/** Mean vector of each class. */
function meansFit({ names, shots = Number.POSITIVE_INFINITY, target, from }: Settings): HeadFit {
  const has = hasRead(from);
  const classOf = (sample: Sample) => (has(sample) ? classIndex(names, sample.targets[target]) : -1);
  return {
    samples: MOST,
    output: 'vector',
    check(samples, who) {
      const found = new Set(samples.map(classOf));
      const lacking = names.filter((_, index) => !found.has(index));
      if (lacking.length > 0)
        throw new ModalkitError(
          'DATA',
          `${who}: the training split has no sample of ${lacking.join(', ')}; label one at least in the column "${target}", or leave the class out.`,
        );
    },
    measure(rows, width, samples) {
      const sums = new Float64Array(names.length * width);
      const counts = new Float64Array(names.length);
      samples.forEach((sample, row) => {
        const index = classOf(sample);
        if (index < 0 || counts[index]! >= shots) return;
        counts[index] = counts[index]! + 1;
        for (let column = 0; column < width; column++)
          sums[index * width + column] = sums[index * width + column]! + rows[row * width + column]!;
      });
      const mean = (sum: number, at: number) => sum / Math.max(1, counts[Math.floor(at / width)]!);
      return { prototypes: Float32Array.from(sums, mean) };
    },
  };
}
