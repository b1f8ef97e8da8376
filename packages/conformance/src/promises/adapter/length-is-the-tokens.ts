import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';
import { rowsOfArray } from '../../seen.js';

export const lengthIsTheTokens: Promised<Adapter, AdapterBench> = {
  id: 'length-is-the-tokens',
  title: 'no token beyond `length` is valid, every sample has one, and a longer bucket makes no more of them',
  check({ adapter, prepared, collate, length }) {
    const rows = rowsOfArray(collate(prepared).valid);
    const longer = adapter.length ? rowsOfArray(collate(prepared, length + 3).valid) : rows;
    rows.forEach((row, at) => {
      const tokens = adapter.length?.(prepared[at]) ?? row.length;
      if (!row.includes(1)) broken(`Sample ${at} has no valid token; refuse in prepare what makes none.`);
      if (row.lastIndexOf(1) >= tokens)
        broken(`Sample ${at} has \`length\` ${tokens}, but its token ${row.lastIndexOf(1)} is valid.`);
      if (longer[at]!.slice(0, row.length).join() !== row.join() || longer[at]!.includes(1, row.length))
        broken(`Sample ${at} has other valid tokens in a longer bucket; padding is not valid.`);
    });
  },
};
