import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ErrorCode, type HostArray, isModalkitError, type ModalkitError } from '@modalkit/contract';
import { onTestFinished } from 'vitest';
import type { CheckpointContent } from '../../src/checkpoint/index.js';

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-检查点-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function floats(...values: number[]): HostArray {
  return { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) };
}

/** A small checkpoint that depends on `value`. */
export function content(value: number, length = 4): CheckpointContent {
  const data = new Float32Array(length).fill(value);
  return {
    tensors: {
      weights: new Map<string, HostArray>([
        ['fusion/query', { dtype: 'float32', shape: [length], data }],
        ['question/table', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(value, -0, 1e-45, 3) }],
      ]),
      optimiser: new Map<string, HostArray>([['steps', { dtype: 'int32', shape: [], data: Int32Array.of(value) }]]),
    },
    documents: { state: { step: value, 名: '检查点' }, config: { seed: 7 } },
  };
}

/** The ModalkitError that a call throws or rejects with; any other outcome fails the test. */
export async function errorOf(call: () => unknown, code: ErrorCode): Promise<ModalkitError> {
  try {
    await call();
  } catch (error) {
    if (isModalkitError(error) && error.code === code) return error;
    throw error;
  }
  throw new Error(`expected an error ${code}, got none`);
}
