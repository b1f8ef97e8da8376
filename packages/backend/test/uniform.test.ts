import { philox4x32 } from '@modalkit/toolkit';
import { expect, test } from 'vitest';
import { jsBackend } from '../src/js-backend.js';
import { philoxUniform } from '../src/uniform-kernel.js';
import { wasmBackend } from '../src/wasm-backend.js';

// kat_vectors of Random123 (Salmon et al. 2011), philox4x32 10
test('Philox gives the published vectors', () => {
  expect(philox4x32([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  const ones = 0xffffffff;
  expect(philox4x32([ones, ones, ones, ones], [ones, ones])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
});

test('element i is number i % 4 of block floor(i / 4), upper 24 bits', () => {
  // 0x6627e8d5 >>> 8 = 0x6627e8 = 6695912; 6695912 / 2^24 = 0.39910745620727539
  const values = philoxUniform([0, 0], 6);
  expect(values[0]).toBe(0x6627e8 / 2 ** 24);
  expect(values[3]).toBe(0x9b00db / 2 ** 24);
  expect(values[4]).toBe((philox4x32([1, 0, 0, 0], [0, 0])[0] >>> 8) / 2 ** 24);
});

for (const [name, make] of [
  ['js', jsBackend],
  ['wasm', wasmBackend],
] as const) {
  test(`uniform on ${name}: a function of the key alone, mean 1/2, variance 1/12`, async () => {
    const { tf, uniform } = await make();
    const before = tf.memory().numTensors;
    const key = tf.tensor1d([7, -3], 'int32');
    const other = tf.tensor1d([7, -2], 'int32');
    const n = 40_000;
    const [a, b, c] = [uniform(key, [n]), uniform(key, [n / 4, 4]), uniform(other, [n])];
    const values = a.dataSync() as Float32Array;
    expect([...b.dataSync()]).toEqual([...values]);
    expect(c.dataSync()[0]).not.toBe(values[0]);
    expect(Math.min(...values.slice(0, 10_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.slice(0, 10_000))).toBeLessThan(1);
    const mean = values.reduce((sum, x) => sum + x, 0) / n;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    // standard error of the mean sqrt(1/12/n) = 0.00144, of the variance sqrt(1/180/n) = 0.00037: four of each
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.0058);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.0015);
    expect(uniform(key, []).shape).toEqual([]);
    expect(tf.memory().numTensors).toBe(before + 6);
    tf.dispose([key, other, a, b, c]);
  });
}

test('wasm and plain JS draw the same numbers', async () => {
  const draw = async (make: typeof jsBackend) => {
    const { tf, uniform } = await make();
    return tf.tidy(() => [...uniform(tf.tensor1d([1, 2], 'int32'), [9]).dataSync()]);
  };
  expect(await draw(wasmBackend)).toEqual(await draw(jsBackend));
});
