import { CONTRACT, definePlugin, type FusedView, HEAD, type Head, type Tensor } from '@modalkit/contract';
import { feedForward, initFeedForward, initLinear, linear, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classesOption, classNames } from './class-names.js';
import { classTarget } from './class-target.js';

const ID = '@modalkit/core/classify';
const FUSED = 'fused';
const schema = z.strictObject({
  classes: classesOption,
  /** Column of the class; the head's own name when left out. */
  target: z.string().optional(),
  /** `fused`, or the input whose pooled vector is classified. */
  from: z.string().default(FUSED),
  /** Width of a hidden layer; a single linear layer when left out. */
  hidden: z.int().min(1).max(65536).optional(),
});

export type ClassifyOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/**
 * Classifies the fused vector, or one input's pooled vector, `[B,D]` -> output `logits [B,classes]`. It reads the class
 * (a name or an index) from the column `target`, which is the head's own name in the config when left out.
 */
export const classify = definePlugin((options: ClassifyOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return {
    id: ID,
    contract: CONTRACT,
    setup: (scope) => {
      const target = parsed.target ?? scope.slot.slice(scope.slot.indexOf('/') + 1);
      scope.provide(HEAD, () => classifyHead({ ...parsed, target }));
    },
  };
});

function classifyHead(options: Settings & { readonly target: string }): Head {
  const { classes, from, hidden } = options;
  const names = classNames(classes);
  return {
    id: ID,
    options,
    targets: { [options.target]: classTarget(names) },
    needsFusion: from === FUSED,
    inputs: from === FUSED ? undefined : [from],
    init(context) {
      const { width } = context.space;
      if (hidden) initFeedForward(context, 'mlp', width, hidden, names.length);
      else initLinear(context, 'linear', width, names.length);
    },
    predict(view, context) {
      const vector = pooledOf(view, from);
      return { logits: hidden ? feedForward(context, 'mlp', vector) : linear(context, 'linear', vector) };
    },
  };
}

function pooledOf(view: FusedView, from: string): Tensor {
  return from === FUSED ? view.fused!.pooled : view.inputs[from]!.pooled;
}
