import type { Adapter, Tensor } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { numbersOf } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const encodeGivesTokens: Promised<Adapter, AdapterBench> = {
  id: 'encode-gives-tokens',
  title: 'encode gives tokens in the shapes and types of the contract, all numbers finite, also for a ragged batch',
  check({ adapter, tf, prepared, batch, run, state }) {
    tidied(tf, () => {
      const arrays = batch([...prepared, undefined]);
      const hidden = arrays.valid;
      const { values, target, ...tokens } = run(arrays, hidden).tokens;
      const [rows, length] = arrays.valid.shape as [number, number];
      expectShape('values', values, [rows, length, values.shape[2] ?? 0], 'float32');
      expectSame('valid', tokens.valid, arrays.valid);
      expectSame('hidden', tokens.hidden, hidden);
      for (const name of adapter.supports.positions) {
        if (!tokens.position?.[name]) broken(`encode leaves out position.${name}, which supports.positions names.`);
        expectSame(`position.${name}`, tokens.position[name]!, arrays[name]!);
      }
      if (!adapter.target) return;
      if (!target)
        broken('The adapter has `target`, but encode gives none; it is what hidden tokens are predicted as.');
      if (adapter.target.kind === 'values')
        expectShape('target', target, [rows, length, adapter.target.width], 'float32');
      else {
        expectShape('target', target, [rows, length], 'int32');
        const classes = adapter.target.classes(state);
        if (numbersOf(target).some((id) => id < 0 || id >= classes))
          broken(`target holds classes beyond 0..${classes - 1}.`);
      }
    });
  },
};

function expectShape(name: string, tensor: Tensor, shape: readonly number[], dtype: string): void {
  if (String(tensor.shape) !== String(shape) || tensor.dtype !== dtype)
    broken(`encode gives ${name} as ${tensor.dtype} [${tensor.shape}]; it must be ${dtype} [${shape}].`);
  if (!numbersOf(tensor).every(Number.isFinite)) broken(`encode gives ${name} that are not finite.`);
}

function expectSame(name: string, tensor: Tensor, expected: Tensor): void {
  if (String(tensor?.shape) !== String(expected.shape) || String(numbersOf(tensor)) !== String(numbersOf(expected)))
    broken(`encode changes ${name}; pass on what it was given.`);
}
