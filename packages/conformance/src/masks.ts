import type { Adapter, MaskPolicy, TokenLayout } from '@modalkit/contract';
import type { AdapterBench } from './adapter-bench.js';
import { rowsOf, tidied } from './seen.js';

/** A policy of each kind that the adapter declares, to hide about this share. */
export function policiesOf({ supports }: Adapter, ratio: number): MaskPolicy[] {
  const policies: Readonly<Record<MaskPolicy['kind'], MaskPolicy>> = {
    random: { kind: 'random', ratio },
    span: { kind: 'span', ratio, span: 2 },
    block: { kind: 'block', ratio, block: 0.4 },
    tube: { kind: 'tube', ratio },
    drop: { kind: 'drop', ratio },
  };
  return supports.masks.map((kind) => policies[kind]);
}

/** Why masks are not looked at. */
export const withoutMasks = ({ supports }: Adapter): string | undefined =>
  supports.masks.length > 0 ? undefined : 'it declares no mask policies';

export interface Hiding {
  /** `[row][token]` flags. */
  readonly hidden: readonly (readonly number[])[];
  readonly valid: readonly (readonly number[])[];
}

/** What a policy hides of all samples and an absent one, at a step of training or in evaluation. */
export function hide(
  { adapter, tf, prepared, batch, model }: AdapterBench,
  policy: MaskPolicy,
  { stepNumber = 0, training = true }: { readonly stepNumber?: number; readonly training?: boolean } = {},
): Hiding {
  return tidied(tf, () => {
    const { valid, time, box, order } = batch([...prepared, undefined]);
    const layout: TokenLayout = { valid, position: { time, box, order } };
    return {
      hidden: rowsOf(adapter.mask(layout, policy, model.stepAt({ training, stepNumber }))),
      valid: rowsOf(valid),
    };
  });
}
