import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { brokenAdapters, digitsPlugin } from '../broken/index.js';
import { type AdapterCase, type Finding, judge } from '../src/index.js';
import { adapterPromises } from '../src/promises/adapter-promises.js';

const folder = fileURLToPath(new URL('../broken/', import.meta.url));
const digits = [4, 1, 7, 7, 0];
/** What is given to the kit with the good adapter, and with each broken one unless it says otherwise. */
const given: Omit<AdapterCase, 'plugin'> = {
  folder,
  samples: [
    { digits: [1, 2, 3] },
    { digits: [5, 0] },
    { file: 'digits.json' },
    { digits: [9] },
    { digits: [8, 6, 1, 0] },
  ],
  wrongOptions: [{ width: 0 }],
  live: {
    sample: { digits },
    events: digits.map((value) => ({ kind: 'data', value: [value], time: [0, 1], arrived: 1 })),
  },
  budget: { prepareMs: 200, preparedBytes: 1000, stepMs: 5000, stepBytes: 100_000 },
};

const worker = { module: `${folder}in-worker.mjs`, factory: 'digits' };

async function findings(given: AdapterCase): Promise<Finding[]> {
  const found = [];
  for await (const finding of judge(given)) found.push(finding);
  return found;
}

test('the good adapter keeps every promise, and every promise is asked of it', async () => {
  const found = await findings({ ...given, worker, plugin: digitsPlugin() });
  expect(found.filter(({ result }) => result !== 'kept')).toEqual([]);
  expect(found.length).toBe(adapterPromises.length + 1);
});

describe('an adapter that', () => {
  test.each(Object.entries(brokenAdapters))(
    '%s is caught by one check alone',
    async (_, { breaks, says, plugin, given: other }) => {
      const found = await findings({ ...given, ...other, plugin });
      const wrong = found.filter(({ result }) => result === 'broken' || result === 'blocked');
      expect(
        wrong.map(({ id, result }) => `${result} ${id}`),
        wrong.map((each) => each.says).join('\n'),
      ).toEqual([`broken ${breaks}`]);
      expect(wrong[0]!.says).toMatch(says);
    },
  );
});

test('every promise has an adapter that breaks it', () => {
  const broken = new Set(Object.values(brokenAdapters).map(({ breaks }) => breaks));
  expect(adapterPromises.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
  expect(Object.keys(brokenAdapters).length).toBeGreaterThanOrEqual(25);
});
