import { serialize } from 'node:v8';
import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { recordAdapter } from '../../adapter-recording.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const budgetsAreHeld: Promised<Adapter, AdapterBench> = {
  id: 'budgets-are-held',
  title: 'time and memory stay within what the author states',
  leftOut: (_, { budget }) => (budget ? undefined : 'no budget is given'),
  async check(bench) {
    const { given, adapter, raw, host, prepared, tf, batch, run } = bench;
    const { prepareMs, preparedBytes, stepMs, stepBytes } = given.budget!;
    const times: number[] = [];
    for (const sample of raw) times.push(await milliseconds(() => adapter.prepare(sample, host)));
    const steps: number[] = [];
    for (let time = 0; time < 3; time++)
      steps.push(await milliseconds(async () => tidied(tf, () => void run(batch(prepared)))));
    const measured = [
      ['prepareMs', median(times), prepareMs, 'ms to prepare a sample'],
      [
        'preparedBytes',
        Math.max(...prepared.map((each) => serialize(each).length)),
        preparedBytes,
        'bytes of a prepared sample',
      ],
      ['stepMs', Math.min(...steps), stepMs, 'ms to encode and align all samples'],
      [
        'stepBytes',
        stepBytes === undefined ? 0 : recordAdapter(bench, prepared).peakBytes,
        stepBytes,
        'bytes of tensors in a step',
      ],
    ] as const;
    for (const [name, value, most, what] of measured)
      if (most !== undefined && value > most)
        broken(`It takes ${value.toPrecision(3)} ${what}; budget.${name} is ${most}. Make it less, or state more.`);
  },
};

async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
