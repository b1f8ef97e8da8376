import type { Adapter, Tensor } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { numbersOf } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const alignKeepsTokens: Promised<Adapter, AdapterBench> = {
  id: 'align-keeps-tokens',
  title: 'align brings tokens to the width of the space and keeps their order, validity, positions and what is hidden',
  check({ tf, prepared, batch, run, model: { step } }) {
    tidied(tf, () => {
      const arrays = batch(prepared);
      const { tokens, aligned } = run(arrays, arrays.valid);
      const [rows, length] = arrays.valid.shape as [number, number];
      const { width } = step.space;
      expectShape('values', aligned.values, [rows, length, width]);
      expectShape('pooled', aligned.pooled, [rows, width]);
      const kept = { valid: tokens.valid, hidden: tokens.hidden, target: tokens.target, ...tokens.position };
      const { position, ...rest } = aligned;
      const now: Record<string, Tensor | undefined> = { ...rest, ...position };
      for (const [name, tensor] of Object.entries(kept))
        if (tensor && (!now[name] || String(numbersOf(tensor)) !== String(numbersOf(now[name]))))
          broken(
            `align changes ${name}; it brings values to another width and leaves all else, and the order, as it is.`,
          );
    });
  },
};

function expectShape(name: string, tensor: Tensor, shape: readonly number[]): void {
  if (String(tensor?.shape) !== String(shape))
    broken(`align gives ${name} as [${tensor?.shape}]; it must be [${shape}].`);
  if (!numbersOf(tensor).every(Number.isFinite)) broken(`align gives ${name} that are not finite.`);
}
