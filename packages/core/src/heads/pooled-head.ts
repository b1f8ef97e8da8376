import type {
  FusedView,
  Head,
  InitContext,
  Json,
  PluginDefinition,
  StepContext,
  TargetSpec,
  Tensor,
} from '@modalkit/contract';
import { feedForward, initFeedForward, initLinear, linear } from '@modalkit/toolkit';
import { z } from 'zod';
import { targetedHead } from './targeted-head.js';

export const FUSED = 'fused';

/** Options of a head that reads one vector of each sample. */
export const pooledOptions = {
  /** Column that it predicts; the head's own name when left out. */
  target: z.string().optional(),
  /** `fused`, or the input whose pooled vector is read. */
  from: z.string().default(FUSED),
  /** Width of a hidden layer; a single linear layer when left out. */
  hidden: z.int().min(1).max(65536).optional(),
};

type Options = Extract<Json, { readonly [key: string]: Json }> & {
  readonly from: string;
  readonly hidden?: number;
  readonly target?: string;
};

/** What differs between the heads that read one vector. */
interface PooledHead {
  /** Of the column that it predicts. */
  readonly spec: TargetSpec;
  /** Width of what the layers make of the vector. */
  readonly width: number;
  /** Further weights. */
  init?(context: InitContext): void;
  /** `[B,width]` -> outputs. */
  outputs(values: Tensor, context: StepContext): Readonly<Record<string, Tensor>>;
}

/**
 * The plugin of a head that reads the fused vector, or one input's pooled vector, `[B,D]`, by a linear layer or a perceptron. Of
 * an input that a sample lacks the vector is zeros: then the head says what its biases say.
 */
export function pooledHead(id: string, options: Options, parts: PooledHead): PluginDefinition {
  return targetedHead(id, options, (targeted) => headOf(id, targeted, parts));
}

function headOf(
  id: string,
  options: Options & { readonly target: string },
  { spec, width, init, outputs }: PooledHead,
): Head {
  const { from, hidden, target } = options;
  return {
    id,
    options,
    targets: { [target]: spec },
    needsFusion: from === FUSED,
    inputs: from === FUSED ? undefined : [from],
    init(context) {
      if (hidden) initFeedForward(context, 'mlp', context.space.width, hidden, width);
      else initLinear(context, 'linear', context.space.width, width);
      init?.(context);
    },
    predict(view, context) {
      const vector = pooledOf(view, from);
      return outputs(hidden ? feedForward(context, 'mlp', vector) : linear(context, 'linear', vector), context);
    },
  };
}

export function pooledOf(view: FusedView, from: string): Tensor {
  return from === FUSED ? view.fused!.pooled : view.inputs[from]!.pooled;
}
