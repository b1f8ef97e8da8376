import type { FusedView, Head, InitContext, Json, StepContext, TargetSpec, Tensor } from '@modalkit/contract';
import { feedForward, initFeedForward, initLinear, linear } from '@modalkit/toolkit';
import { z } from 'zod';

const FUSED = 'fused';

/** Options of a head that reads one vector of each sample. */
export const pooledOptions = {
  /** Column that it predicts; the head's own name when left out. */
  target: z.string().optional(),
  /** `fused`, or the input whose pooled vector is read. */
  from: z.string().default(FUSED),
  /** Width of a hidden layer; a single linear layer when left out. */
  hidden: z.int().min(1).max(65536).optional(),
};

/** The column that a head predicts: its own name in the config unless `target` names another. */
export function targetOfSlot(target: string | undefined, slot: string): string {
  return target ?? slot.slice(slot.indexOf('/') + 1);
}

interface PooledHead {
  readonly id: string;
  readonly options: { readonly from: string; readonly hidden?: number; readonly target: string } & Json;
  readonly spec: TargetSpec;
  /** Width of what the layers make of the vector. */
  readonly width: number;
  /** Further weights. */
  init?(context: InitContext): void;
  /** `[B,width]` -> outputs. */
  outputs(values: Tensor, context: StepContext): Readonly<Record<string, Tensor>>;
}

/**
 * A head that reads the fused vector, or one input's pooled vector, `[B,D]`, by a linear layer or a perceptron. Of an input
 * that a sample lacks the vector is zeros: then the head says what its biases say.
 */
export function pooledHead({ id, options, spec, width, init, outputs }: PooledHead): Head {
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

function pooledOf(view: FusedView, from: string): Tensor {
  return from === FUSED ? view.fused!.pooled : view.inputs[from]!.pooled;
}
