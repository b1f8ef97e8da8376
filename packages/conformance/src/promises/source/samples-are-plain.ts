import type { DataSource } from '@modalkit/contract';
import { broken, type Promised, sayOf } from '../../promised.js';
import type { SourceBench } from '../../source-bench.js';

export const samplesArePlain: Promised<DataSource, SourceBench> = {
  id: 'samples-are-plain',
  title: 'samples can be sent to workers',
  check({ dataset: { samples } }) {
    try {
      structuredClone(samples);
    } catch (error) {
      broken(`Samples cannot be sent to workers (${sayOf(error)}); give plain objects and typed arrays.`, error);
    }
  },
};
