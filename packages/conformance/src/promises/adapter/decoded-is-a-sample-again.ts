import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised, sayOf } from '../../promised.js';
import { rowsOf, tidied } from '../../seen.js';

export const decodedIsASampleAgain: Promised<Adapter, AdapterBench> = {
  id: 'decoded-is-a-sample-again',
  title: 'decode makes of the classes of a sample a sample again',
  leftOut: ({ decode }) => (decode ? undefined : 'it has no decode'),
  async check({ adapter, tf, prepared, batch, run, fitted }) {
    const [ids, valid] = tidied(tf, () => {
      const { tokens } = run(batch(prepared));
      return [rowsOf(tokens.target!), rowsOf(tokens.valid)];
    });
    for (const [at, row] of ids!.entries()) {
      const own = Int32Array.from(row.filter((_, token) => valid![at]![token]));
      const again = await Promise.resolve()
        .then(() => adapter.decode!(own, fitted))
        .catch((error) => broken(`decode of sample ${at} fails: ${sayOf(error)}`, error));
      const { issues } = await adapter.sample['~standard'].validate(again);
      if (issues) broken(`What decode makes of the classes of sample ${at} is no sample: ${issues[0]?.message}.`);
    }
  },
};
