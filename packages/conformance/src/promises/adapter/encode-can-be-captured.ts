import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { recordAdapter } from '../../adapter-recording.js';
import { broken, type Promised } from '../../promised.js';
import { firstDifference } from '../../record.js';

export const encodeCanBeCaptured: Promised<Adapter, AdapterBench> = {
  id: 'encode-can-be-captured',
  title: 'two batches of one shape run the same operations with the same constants, so that the step can be captured',
  check(bench) {
    const { prepared } = bench;
    const one = [undefined, ...prepared];
    const other = [...[...prepared].reverse(), undefined];
    const first = recordAdapter(bench, one);
    // What differs even for one batch is another promise's: random-numbers-are-keyed.
    if (firstDifference(first, recordAdapter(bench, one))) return;
    const difference = firstDifference(first, recordAdapter(bench, other));
    if (difference)
      broken(
        `For two batches of one shape ${difference}: data was made a constant, or a branch followed it. Let all data come through arrays.`,
      );
  },
};
