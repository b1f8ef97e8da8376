import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { __modality__ } from '../src/index.js';

const options = { channels: 2, maxTokens: 8, width: 8, heads: 2 };

conformance({
  runner: { describe, test },
  plugin: __modality__(options),
  samples: [
    [
      [0, 1],
      [0.5, -1],
      [1, 0.25],
    ],
    [
      [3, 0],
      [-2, 1],
    ],
    [
      [0.25, 2],
      [1.5, 0],
      [-1, 0.75],
      [0, 1],
      [2, -2],
    ],
  ],
  wrongOptions: [{ channels: 0 }, { channels: 2, width: 10, heads: 4 }],
  // `npm test` builds first
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: '__modality__', options: [options] },
  budget: { prepareMs: 100, preparedBytes: 1000, stepMs: 2000, stepBytes: 2_000_000 },
});
