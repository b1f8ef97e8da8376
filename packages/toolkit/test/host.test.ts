import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseOptions, stackRows, validFromLengths } from '../src/index.js';

test('validity from lengths', () => {
  const { dtype, shape, data } = validFromLengths([2, 0, 3], 3);
  expect([dtype, shape, [...data]]).toEqual(['bool', [3, 3], [1, 1, 0, 0, 0, 0, 1, 1, 1]]);
});

test('stacked rows, an absent one zeros', () => {
  const { dtype, shape, data } = stackRows([Float32Array.of(1, 2, 3, 4), undefined], [2, 2]);
  expect([dtype, shape, [...data]]).toEqual(['float32', [2, 2, 2], [1, 2, 3, 4, 0, 0, 0, 0]]);
});

const schema = z.strictObject({
  size: z.number().default(4),
  inner: z.strictObject({ mode: z.enum(['a', 'b']) }).optional(),
});
const refused = (options: unknown, code?: 'CONFIG') => {
  try {
    parseOptions(schema, options, '@acme/plugin', code);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('was not refused');
};

test('right options come back with their defaults', () => {
  expect(parseOptions(schema, { inner: { mode: 'b' } }, '@acme/plugin')).toEqual({ size: 4, inner: { mode: 'b' } });
});

test('wrong options are one sentence: who, field, what came', () => {
  expect(refused({ size: 'big' })).toMatchObject({
    code: 'OPTIONS',
    message: '@acme/plugin: size: Invalid input: expected number, received string (received "big").',
  });
  expect(refused({ inner: { mode: 'c' } }, 'CONFIG')).toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining('@acme/plugin: inner.mode: '),
  });
  expect(refused({ size: 'x'.repeat(200) }).message.length).toBeLessThan(200);
  expect(refused('text').message).toContain('(received "text")');
});

test('an unknown key is named with the known ones', () => {
  expect(refused({ sise: 3 }).message).toBe('@acme/plugin: Unrecognized key: "sise" (known: size, inner).');
  expect(refused({ inner: { mode: 'a', moode: 1 } }).message).toBe('@acme/plugin: inner: Unrecognized key: "moode".');
});

test('an asynchronous schema is refused', () => {
  expect(() =>
    parseOptions(
      z.string().refine(async () => true),
      'x',
      '@acme/plugin',
    ),
  ).toThrow('asynchronous');
});
