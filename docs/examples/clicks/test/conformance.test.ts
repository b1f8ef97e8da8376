import { conformance } from '@modalkit/conformance';
import { describe, expect, test } from 'vitest';
import { clicks } from '../src/index.js';
import { sessionSchema } from '../src/session.js';

const options = { maxTokens: 8, width: 8 };
const session = (...events: [time: number, event: string][]) => events.map(([time, event]) => ({ time, event }));

conformance({
  runner: { describe, test },
  plugin: clicks(options),
  samples: [
    session([0, 'open'], [0.4, 'search'], [9, 'cart']),
    session([2, 'open'], [2.1, 'close']),
    session([0, 'open'], [30, 'search'], [31, 'search'], [31, 'cart'], [95.5, 'pay']),
  ],
  wrongOptions: [{ maxTokens: 0 }, { width: 10, heads: 4 }],
  // `npm test` builds first
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: 'clicks', options: [options] },
  budget: { prepareMs: 100, preparedBytes: 1000, stepMs: 2000, stepBytes: 2_000_000 },
});

test('events out of order are refused', () => {
  const { success, error } = sessionSchema(8).safeParse(session([1, 'a'], [0.5, 'b']));
  expect([success, error?.issues[0]?.message]).toEqual([false, 'events are not in the order of time; sort them']);
});
