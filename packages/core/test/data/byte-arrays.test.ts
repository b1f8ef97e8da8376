import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { arrayProblem } from '../../src/data/check-host-array.js';
import { toTensor } from '../../src/train/step-batch.js';

it('takes bytes as the data of an int32 array and copies their numbers to the backend', () => {
  const array = { dtype: 'int32', shape: [1, 3], data: Uint8Array.of(0, 128, 255) } as const;
  expect(arrayProblem('pixels', array, 1)).toBeUndefined();
  const tensor = toTensor(tf, array);
  expect([tensor.dtype, [...tensor.dataSync()]]).toEqual(['int32', [0, 128, 255]]);
});

it('refuses bytes as float32, and floats as int32', () => {
  const bytes = { dtype: 'float32', shape: [1, 1], data: Uint8Array.of(1) } as const;
  expect(arrayProblem('pixels', bytes, 1)).toBe(
    'pixels is float32 but its data is Uint8Array; it must be Float32Array',
  );
  const floats = { dtype: 'int32', shape: [1, 1], data: Float32Array.of(1) } as const;
  expect(arrayProblem('pixels', floats, 1)).toContain('must be Int32Array');
});
