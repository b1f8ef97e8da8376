import { expect, test } from 'vitest';
import type { Runtime } from '../../src/compose/index.js';
import { headsAsked } from '../../src/infer/heads-asked.js';

const runtime = {
  inputs: { front: {}, rear: {}, sound: {} },
  fusion: {},
  heads: {
    both: { needsFusion: true, inputs: ['front', 'rear'] },
    either: { needsFusion: true, inputs: ['front', 'rear'], anyInput: true },
    rear: { needsFusion: false, inputs: ['rear'] },
    fused: { needsFusion: true },
  },
} as unknown as Runtime;

test('a head is asked when all its inputs are at hand, or one where one is enough', () => {
  expect(headsAsked(runtime, ['front', 'rear'])).toEqual(['both', 'either', 'rear', 'fused']);
  expect(headsAsked(runtime, ['front'])).toEqual(['either', 'fused']);
  expect(headsAsked(runtime, ['front', 'rear'], 'rear')).toEqual(['both', 'either', 'rear', 'fused']);
});
