import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConformanceCase, conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import {
  anomaly,
  classify,
  cross,
  early,
  infoNCE,
  jsonl,
  late,
  maskedModelling,
  oneClass,
  prototypes,
  reconstruction,
  regress,
  sigLIP,
} from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'modalkit-source-'));
writeFileSync(join(folder, 'a.jsonl'), '{"id":"1","front":"a"}\n{"id":"2","front":"b","kind":"x"}\n{"id":\n');
const kinds = ['x', undefined, 'y', 'x'];
const blocks = { layers: 1, heads: 2 };

/** Parts of core, judged as outside ones are. */
const quick: readonly ConformanceCase[] = [
  { plugin: early(blocks), wrongOptions: [{ layers: -1 }] },
  { plugin: classify({ classes: ['x', 'y'], target: 'kind' }), targets: { kind: kinds } },
  {
    plugin: anomaly({ target: 'kind', normal: 'x', calibrate: { split: 'held', falseAlarms: 0.1 } }),
    targets: { kind: kinds },
  },
  {
    plugin: reconstruction({ input: 'a', target: 'kind', normal: 'x', calibrate: { split: 'held', falseAlarms: 0.1 } }),
    targets: { kind: kinds },
  },
  { plugin: infoNCE({ pairs: [['a', 'b']] }) },
  { plugin: maskedModelling({ input: 'a' }), wrongOptions: [{ input: 'a', weight: -1 }] },
  { plugin: jsonl({ path: 'a.jsonl' }), folder, inputs: ['front'], targets: ['kind'] },
];

const full: readonly ConformanceCase[] = [
  { plugin: late() },
  { plugin: cross(blocks) },
  { plugin: regress({ target: 'size', hidden: 4 }), targets: { size: [1, undefined, 2, 0.5] } },
  { plugin: anomaly({ by: 'mahalanobis', from: 'a', target: 'kind', normal: 'x' }), targets: { kind: kinds } },
  {
    plugin: oneClass({ from: 'a', target: 'kind', normal: 'x', calibrate: { split: 'held', falseAlarms: 0.1 } }),
    targets: { kind: kinds },
  },
  { plugin: prototypes({ from: 'a', classes: ['x', 'y'], target: 'kind' }), targets: { kind: kinds } },
  { plugin: sigLIP({ pairs: [['a', 'b']] }) },
];

for (const each of [...quick, ...(process.env.MODALKIT_FULL === '1' ? full : [])])
  conformance({ runner: { describe, test }, ...each });
