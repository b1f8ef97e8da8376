import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { frozenModel } from '../src/frozen-model.js';
import { writeTinyEncoder } from './tiny-encoder.js';

const folder = mkdtempSync(join(tmpdir(), '__modality__-'));
const fileOf = (name: string, step?: number) => {
  const path = join(folder, name);
  writeTinyEncoder(path, 2, 2, step);
  return path;
};
const options = { model: fileOf('a.onnx'), size: 2, features: 2, maxTokens: 8 };

test('the model is run: tanh of 1 sin 1 + 2 sin 3, and of 1 sin 2 + 2 sin 4', async () => {
  const model = frozenModel(options);
  const [first, second] = await model.run([[1, 2]]);
  expect(first).toBeCloseTo(Math.tanh(Math.sin(1) + 2 * Math.sin(3)), 5);
  expect(second).toBeCloseTo(Math.tanh(Math.sin(2) + 2 * Math.sin(4)), 5);
  await model.release();
  await model.release();
});

test('another model has another hash, a copy the same', () => {
  const hashOf = (model: string) => frozenModel({ ...options, model }).sha256;
  expect(hashOf(fileOf('copy.onnx'))).toBe(hashOf(options.model));
  expect(hashOf(fileOf('other.onnx', 2))).not.toBe(hashOf(options.model));
});

test('a model of other sizes is refused by what it takes and gives', async () => {
  await expect(frozenModel({ ...options, features: 3 }).run([[1, 2]])).rejects.toThrow(
    /gives float32 \[1,2\].*\[1,3\]/,
  );
  await expect(frozenModel({ ...options, size: 1 }).run([[1]])).rejects.toThrow(/does not take \[1,1\] float32/);
});
