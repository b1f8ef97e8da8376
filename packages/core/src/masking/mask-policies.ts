import type { MaskPolicy, Tensor } from '@modalkit/contract';
import type { Model } from '../train/model.js';
import { packingOf, takePacked, unpack } from '../train/packing.js';
import type { StepBatch, StepInput } from '../train/step-batch.js';
import { type Pass, stepContext } from '../train/step-context.js';
import { hiddenShares } from './hidden-shares.js';

/** How each input's tokens are hidden in a pass: by its own policy, or by its share of the budget. None in evaluation. */
export function maskPolicies(model: Model, pass: Pass, batch: StepBatch): Readonly<Record<string, MaskPolicy>> {
  const { masking, tokenBudget } = model.runtime.config;
  if (!pass.training || !tokenBudget) return pass.training ? masking : {};
  const context = stepContext(pass, 'masking', 'masking');
  const { tf } = context;
  const inputs = tokenBudget.inputs.map((name) => batch.inputs[name]!);
  const samplesIn = ({ rows, present }: StepInput) => (rows ?? present).shape[0]!;
  const count = (input: StepInput) => {
    const valid = tf.cast(tf.reshape(input.arrays.valid, [samplesIn(input), -1]), 'float32');
    const packing = packingOf(input);
    return packing ? unpack(tf, tf.sum(valid, 1), packing) : tf.sum(valid, 1);
  };
  /** `[B,1]`, or of the packed samples, for each item of a list. */
  const spread = (share: Tensor, input: StepInput) => {
    const packing = packingOf(input);
    const own = packing ? takePacked(tf, share, packing) : share;
    return tf.reshape(tf.tile(own, [1, input.arrays.valid.shape[0]! / samplesIn(input)]), [-1, 1]);
  };
  const shares = hiddenShares(context, tokenBudget, inputs.map(count));
  const budgeted = tokenBudget.inputs.map((name, index): [string, MaskPolicy] => [
    name,
    { kind: 'random', ratio: spread(shares[index]!, inputs[index]!) },
  ]);
  return { ...masking, ...Object.fromEntries(budgeted) };
}
