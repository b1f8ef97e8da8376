import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeEvaluation } from '../../src/train/run-files.js';

test('an evaluation is written with what was found of each sample in a file of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-结果-'));
  const samples = ['甲', '乙', '丙'].map((id) => ({ id, inputs: {}, targets: {} }));
  const values = { 'accuracy/kind': { value: 0.5, low: 0, high: 1, n: 2 } };
  const bySample = { 'subsets/kind/a+b': Float64Array.from([1, 0, Number.NaN]) };
  const result = { step: 3, split: 'test', values, figures: [], bySample };
  await writeEvaluation(folder, result, { samples, inputs: {}, outputs: {}, subsets: {} });
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  expect(read('evaluation.json')).toEqual({ step: 3, split: 'test', values, figures: [] });
  expect(read('by-sample.json')).toEqual({
    step: 3,
    split: 'test',
    ids: ['甲', '乙', '丙'],
    values: { 'subsets/kind/a+b': [1, 0, null] },
  });
  rmSync(folder, { recursive: true });
});
