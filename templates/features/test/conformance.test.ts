import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { __modality__ } from '../src/index.js';
import { writeTinyEncoder } from './tiny-encoder.js';

const model = join(mkdtempSync(join(tmpdir(), '__modality__-')), 'tiny.onnx');
writeTinyEncoder(model, 3, 4);

const options = { model, size: 3, features: 4, maxTokens: 8 };

conformance({
  runner: { describe, test },
  plugin: __modality__(options),
  samples: [
    [
      [0, 1, 0.5],
      [-1, 1, 0],
    ],
    [[3, 0, -2]],
    [
      [0.25, 2, 1],
      [1.5, 0, 0],
      [-1, 0.75, 1],
      [0, 1, -0.5],
    ],
  ],
  wrongOptions: [
    { model: 'no-such-file.onnx', size: 3, features: 4 },
    { model, size: 0, features: 4 },
  ],
  // `npm test` builds first
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: '__modality__', options: [options] },
  budget: { prepareMs: 500, preparedBytes: 1000, stepMs: 2000, stepBytes: 2_000_000 },
});
