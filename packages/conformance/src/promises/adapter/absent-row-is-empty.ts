import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';
import { rowsOfArray } from '../../seen.js';

export const absentRowIsEmpty: Promised<Adapter, AdapterBench> = {
  id: 'absent-row-is-empty',
  title: 'collate makes of an absent sample a row of zeros without a valid token',
  check({ prepared, collate }) {
    const arrays = collate([prepared[0], undefined, ...prepared.slice(1)]);
    for (const [name, array] of Object.entries(arrays))
      if (array && rowsOfArray(array)[1]!.some((value) => value !== 0))
        broken(`The row of an absent sample holds numbers other than 0 in "${name}"; leave it zeros.`);
  },
};
