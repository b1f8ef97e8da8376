import type { Adapter, HostArrays } from '@modalkit/contract';
import { tensorsOf } from '@modalkit/toolkit/testing';
import type { AdapterBench } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { contentOf, rowsOfArray, seenOf, tidied } from '../../seen.js';

export const invalidTokensCarryNothing: Promised<Adapter, AdapterBench> = {
  id: 'invalid-tokens-carry-nothing',
  title:
    'what lies under an invalid token, or in the row of an absent sample, changes no valid token and no pooled vector',
  check({ tf, prepared, collate, run }) {
    const arrays = collate([...prepared, undefined]);
    const filled = withGarbage(arrays, collate([...prepared, prepared[0]]));
    const seen = (of: HostArrays) => tidied(tf, () => seenOf(run(tensorsOf(tf, of)).aligned));
    const [clean, dirty] = [seen(arrays), seen(filled)];
    const at = clean.findIndex((row, index) => !(differenceOf(row, dirty[index]!) <= ROUNDING));
    if (at !== -1)
      broken(
        `Sample ${at} changes with what lies under its invalid tokens: take them out by \`valid\`, as zeroInvalid does.`,
      );
  },
};

/** Content of a real sample in the row of the absent one, and of the first token under each invalid token. */
function withGarbage(arrays: HostArrays, full: HostArrays): HostArrays {
  const [valid, rows] = [rowsOfArray(arrays.valid), arrays.valid.shape[0]!];
  const changed = contentOf(arrays).map(([name, { dtype, shape, data }]) => {
    const [filled, width] = [data.slice(), data.length / rows];
    filled.set(full[name]!.data.subarray((rows - 1) * width), (rows - 1) * width);
    const tokens = valid[0]!.length;
    if (shape[1] === tokens)
      valid.slice(0, -1).forEach((row, at) => {
        row.forEach((real, token) => {
          const [from, size] = [at * width, width / tokens];
          if (!real) filled.copyWithin(from + token * size, from, from + size);
        });
      });
    return [name, { dtype, shape, data: filled }];
  });
  return { ...arrays, ...Object.fromEntries(changed) };
}
