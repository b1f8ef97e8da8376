import type { Adapter } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import type { AdapterBench } from '../../adapter-bench.js';
import { arrayThatDiffers } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';

export const augmentIsKeyed: Promised<Adapter, AdapterBench> = {
  id: 'augment-is-keyed',
  title: 'augment is a function of its key, gives a new value and leaves what was prepared as it was',
  leftOut: ({ augment }) => (augment ? undefined : 'it does not augment'),
  async check({ adapter, prepared, fitted, collate, length }) {
    const collated = async (sample: unknown) => collate([await sample], length);
    const augment = (seed: number, at: number) =>
      collated(adapter.augment!(prepared[at], hostRandom(seed, 3, `sample ${at}`), fitted));
    for (const [at, sample] of prepared.entries()) {
      const before = await collated(sample);
      const one = await augment(5, at);
      await augment(6, at);
      if (arrayThatDiffers(await augment(5, at), one))
        broken('augment gives something else for one key; draw by `random.uniform` alone.');
      if (arrayThatDiffers(await collated(sample), before))
        broken('augment changes the prepared sample, which is cached; return a new value.');
    }
  },
};
