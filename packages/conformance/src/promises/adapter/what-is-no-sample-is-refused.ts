import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised, sayOf } from '../../promised.js';

/** A function is no sample of any modality: no manifest holds one. */
const NO_SAMPLES = { undefined: undefined, 'a function': () => undefined, 'a symbol': Symbol('sample') };

export const whatIsNoSampleIsRefused: Promised<Adapter, AdapterBench> = {
  id: 'what-is-no-sample-is-refused',
  title: 'the schema refuses what is no sample, by issues and without throwing',
  async check({ adapter: { sample } }) {
    for (const [name, value] of Object.entries(NO_SAMPLES)) {
      const result = await Promise.resolve()
        .then(() => sample['~standard'].validate(value))
        .catch((error) =>
          broken(`The schema \`sample\` throws for ${name} (${sayOf(error)}); let it return issues.`, error),
        );
      if (!result.issues?.length) broken(`The schema \`sample\` accepts ${name}; describe what a sample is.`);
    }
  },
};
