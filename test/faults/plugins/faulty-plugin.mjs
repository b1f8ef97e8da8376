// A plugin for numbers that breaks one promise in one hook: its options say which, `MODALKIT_TEST_FAULT` too.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/core';
import { z } from 'zod';

/** What a hook may do wrong, given what it would have returned. */
const FAULTS = {
  throw: () => {
    throw new Error('on purpose');
  },
  reject: () => Promise.reject('a word'),
  word: () => {
    throw 'a word';
  },
  never: () => new Promise(() => undefined),
  loop: () => {
    for (;;) Math.random();
  },
  exit: () => process.exit(0),
  memory: () => {
    const kept = [];
    for (;;) kept.push(new Array(1e5).fill(kept.length));
  },
  buffer: () => Buffer.alloc(1e9).length,
  late: (right) => {
    Promise.reject(new Error('too late'));
    return right;
  },
  nothing: () => undefined,
};

/**
 * @param fault of FAULTS, or `nan`, `shape` and `dtype`
 * @param hook where it happens; in the main thread only once `run` holds a checkpoint, where one is given
 */
export const faulty = definePlugin((options = {}) => ({
  id: '@you/faulty',
  contract: CONTRACT,
  setup(scope) {
    const asked = { ...options, ...JSON.parse(process.env.MODALKIT_TEST_FAULT ?? '{}') };
    const at = (hook, right, tf) => (asked.hook === hook && saved(asked.run) ? wrong(asked.fault, right, tf) : right);
    at('setup');
    scope.onDispose(() => at('dispose'));
    scope.provide(ADAPTER, () => adapter(at, options));
  },
}));

function saved(run) {
  if (!run) return true;
  const folder = join(run, 'checkpoints');
  return existsSync(folder) && readdirSync(folder).length > 0;
}

function wrong(fault, right, tf) {
  if (fault === 'nan') return tf ? tf.mul(right, Number.NaN) : Float32Array.of(Number.NaN);
  if (fault === 'shape') return tf ? tf.concat([right, right], 0) : { ...right, shape: [1, 2, 3] };
  if (fault === 'dtype') return tf ? tf.cast(right, 'int32') : { ...right, dtype: 'int32' };
  return FAULTS[fault](right);
}

function adapter(at, publicOptions) {
  return {
    id: '@you/faulty',
    modality: 'numbers',
    contract: CONTRACT,
    version: '1',
    options: publicOptions,
    supports: { positions: [], masks: ['drop'], paddingInvariant: true },
    sample: z.number(),
    fit: async () => at('fit', { mean: 0 }),
    prepare: async (sample) => (sample === 1 ? at('prepare', Float32Array.of(sample)) : Float32Array.of(sample)),
    augment: (prepared) => (prepared[0] === 1 ? at('augment', prepared) : prepared),
    collate: (rows) => {
      const valid = Uint8Array.from(rows, (row) => Number(row !== undefined));
      const values = Float32Array.from(rows, (row) => row?.[0] ?? 0);
      const right = { dtype: 'float32', shape: [rows.length, 1, 1], data: values };
      const numbers = rows.some((row) => row?.[0] === 1) ? at('collate', right) : right;
      return { valid: { dtype: 'bool', shape: [rows.length, 1], data: valid }, numbers };
    },
    init(context) {
      at('init');
      context.weight('scale', [1, 4], { kind: 'normal', std: 1 });
    },
    mask: ({ valid }, _, { tf }) => at('mask', tf.zerosLike(valid), tf),
    encode({ valid, numbers }, { hidden }, context) {
      const { tf } = context;
      const scale = tf.reshape(context.weight('scale'), [1, 1, 4]);
      return { values: at('encode', tf.mul(numbers, scale), tf), valid, hidden, position: {} };
    },
    align(tokens, _, { tf }) {
      return { ...tokens, pooled: at('align', tf.mean(tokens.values, 1), tf) };
    },
  };
}
