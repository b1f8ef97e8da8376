import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { __modality__Fusion, __modality__Objective } from '../src/index.js';

conformance({
  runner: { describe, test },
  plugin: __modality__Fusion(),
  inputs: ['a', 'b', 'c'],
  wrongOptions: [{ inputs: ['a'] }],
});

conformance({
  runner: { describe, test },
  plugin: __modality__Objective({ pair: ['a', 'b'] }),
  wrongOptions: [{ pair: ['a'] }, { pair: ['a', 'b'], margin: 3 }],
});
