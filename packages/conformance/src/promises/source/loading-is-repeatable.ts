import { isDeepStrictEqual } from 'node:util';
import type { DataSource } from '@modalkit/contract';
import { broken, type Promised } from '../../promised.js';
import type { SourceBench } from '../../source-bench.js';

export const loadingIsRepeatable: Promised<DataSource, SourceBench> = {
  id: 'loading-is-repeatable',
  title: 'load gives the same samples in the same order every time',
  async check({ dataset, load }) {
    const again = await load();
    const at = dataset.samples.findIndex((sample, index) => sample.id !== again.samples[index]?.id);
    if (at !== -1 || dataset.samples.length !== again.samples.length)
      broken(`load gives other samples the second time, from number ${at} on; sort them.`);
    if (dataset.root !== again.root || !isDeepStrictEqual(dataset.rejected, again.rejected))
      broken('load gives another root or other rejected lines the second time.');
  },
};
