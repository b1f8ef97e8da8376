import type { HostArray } from '@modalkit/contract';
import type { CheckpointContent } from '../../../packages/core/src/checkpoint/index.js';

/** A checkpoint every byte of which depends on `value`; about 8 KiB for a length of 1700. */
export function tinyCheckpoint(value: number, length = 16): CheckpointContent {
  const data = Float32Array.from({ length }, (_, index) => value + index / 7);
  const weights: HostArray = { dtype: 'float32', shape: [length], data };
  const steps: HostArray = { dtype: 'int32', shape: [1], data: Int32Array.of(value) };
  return {
    tensors: { weights: new Map([['fusion/query', weights]]), optimiser: new Map([['steps', steps]]) },
    documents: { state: { value, 名: '检查点' } },
  };
}
