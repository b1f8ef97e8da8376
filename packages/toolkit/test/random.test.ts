import { expect, test } from 'vitest';
import { hashName, hostNormal, hostRandom, philox4x32 } from '../src/index.js';

const hex = (numbers: readonly number[]) => numbers.map((number) => number.toString(16).padStart(8, '0')).join(' ');

test('Philox 4x32-10 gives the known answers of Random123', () => {
  const ones = 0xffffffff;
  expect(hex(philox4x32([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  expect(hex(philox4x32([ones, ones, ones, ones], [ones, ones]))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
  // The digits of pi, the third of its known answers.
  const pi = philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]);
  expect(hex(pi)).toBe('d16cfe09 94fdcceb 5001e420 24126ea1');
});

test('hashName is FNV-1a over UTF-8', () => {
  // Vectors of the FNV reference code: "", "a", "foobar".
  expect(['', 'a', 'foobar'].map(hashName)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  // "é" is the bytes c3 a9: (offset ^ c3) * prime, then (that ^ a9) * prime, modulo 2^32, in exact integers.
  const step = (hash: bigint, byte: bigint) => ((hash ^ byte) * 0x01000193n) & 0xffffffffn;
  expect(BigInt(hashName('é'))).toBe(step(step(0x811c9dc5n, 0xc3n), 0xa9n));
});

test('host random numbers are a function of seed, step, name, purpose and index', () => {
  const draw = (seed: number, step: number, name: string, purpose: string, index: number) =>
    hostRandom(seed, step, name).uniform(purpose, index);
  const first = draw(1, 2, 'sample', 'crop', 3);
  expect(draw(1, 2, 'sample', 'crop', 3)).toBe(first);
  const others = [
    draw(2, 2, 'sample', 'crop', 3),
    draw(1, 3, 'sample', 'crop', 3),
    draw(1, 2, 'other', 'crop', 3),
    draw(1, 2, 'sample', 'flip', 3),
    draw(1, 2, 'sample', 'crop', 4),
  ];
  expect(new Set([first, ...others]).size).toBe(6);
});

test('uniform numbers fill [0, 1) and normal numbers have mean 0 and deviation 1', () => {
  const random = hostRandom(5, 0, 'check');
  const count = 4000;
  const uniform = Array.from({ length: count }, (_, index) => random.uniform('u', index));
  const normal = Array.from({ length: count }, (_, index) => hostNormal(random, 'n', index));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...uniform)).toBeLessThan(1);
  // Standard errors: 0.289 / sqrt(4000) = 0.0046 and 1 / sqrt(4000) = 0.016; bounds are four of them.
  expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(0.018);
  expect(Math.abs(mean(normal))).toBeLessThan(0.064);
  // Variance of a squared normal is 2: standard error sqrt(2 / 4000) = 0.022.
  expect(Math.abs(mean(normal.map((value) => value * value)) - 1)).toBeLessThan(0.09);
});
