import type { FusionInput, Plugin, Tensor } from '@modalkit/contract';
import { describe, expect, test } from 'vitest';
import { cross, early, late } from '../../src/fusion/index.js';
import { timeSliceBias } from '../../src/fusion/time-slice.js';
import { fusionModel, inputOf, noise, WIDTH } from './fusion-batch.js';
import { tf } from './tf.js';

type Interval = readonly [number, number];
/** Tokens of two timed inputs; c has no times. Row 0 has all of them, its last b is padding; row 1 lacks a. */
const A: Interval[] = [
  [0, 0.2],
  [1, 1.2],
  [2, 2.2],
];
const B: Interval[] = [
  [0.1, 0.3],
  [1.4, 1.6],
  [1.1, 1.1],
];
const timeOf = (intervals: readonly Interval[]) =>
  tf.tensor3d([intervals, intervals].map((rows) => rows.map((row) => [...row])));

function inputs(): FusionInput[] {
  return [
    { ...inputOf('a', [3, 0], 3), position: { time: timeOf(A) } },
    { ...inputOf('b', [2, 2], 3), position: { time: timeOf(B) } },
    { ...inputOf('c', [1, 1], 1), position: {} },
  ];
}

/** What reaches what in row `row`: by output token, the tokens of the inputs whose change changes it. */
function reach(plugin: Plugin, row: number, edit: (weights: ReadonlyMap<string, Tensor>) => void = () => {}) {
  const { fuse, weights } = fusionModel(plugin, ['a', 'b', 'c']);
  edit(weights);
  const given = inputs();
  const before = fuse(given);
  const reached: Record<string, string[]> = {};
  for (const [index, input] of given.entries()) {
    for (let token = 0; token < input.values.shape[1]!; token++) {
      const here = tf.expandDims(tf.cast(tf.equal(tf.range(0, input.values.shape[1]!), token), 'float32'), 1);
      const values = tf.add(input.values, tf.mul(here, noise('change', [1, 1, WIDTH])));
      const after = fuse(given.map((each, at) => (at === index ? { ...each, values } : each)));
      const change = tf.max(tf.abs(tf.sub(after.values, before.values)), 2).arraySync() as number[][];
      for (const [name, { start, end }] of Object.entries(before.spans)) {
        for (let at = start; at < end; at++) {
          // The absence token is number 0 of its span: the input's own tokens begin after it.
          if (change[row]![at] === 0) continue;
          const key = `${name}${at - start - 1}`;
          reached[key] = [...(reached[key] ?? []), `${input.name}${token}`];
        }
      }
    }
  }
  return reached;
}

const blocks = { layers: 1, heads: 2, timeSlice: 0.25 } as const;

describe('attention bias', () => {
  const bias = (queries: Interval[], keys: Interval[], tolerance: number) =>
    (timeSliceBias(tf, timeOf(queries), timeOf(keys), tolerance)!.arraySync() as number[][][])[0]!.map((row) =>
      row.map((value) => (value === 0 ? 1 : 0)),
    );

  test('by hand: a to b, gaps 0 (overlap), 1.2, 0.9 / 0.7, 0.2, 0 / 1.7, 0.4, 0.9 seconds', () => {
    expect(bias(A, B, 0.25)).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    expect(bias(A, B, 0.45)[2]).toEqual([0, 1, 0]);
    expect(bias(A, B, 0)[1]).toEqual([0, 0, 1]);
  });

  test('is symmetrical, and at 0 touching intervals see each other', () => {
    expect(bias(B, A, 0.25)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 0],
    ]);
    expect(
      bias(
        [[0, 0.5]],
        [
          [0.5, 1],
          [0.75, 1],
        ],
        0,
      ),
    ).toEqual([[1, 0]]);
  });
});

// a1 and b1 are 0.2 s apart, a2 and b1 0.4 s; tokens of one input at least 0.8 s; c has no time.
const IN_SLICE = {
  a0: ['a0', 'b0', 'c0'],
  a1: ['a1', 'b1', 'c0'],
  a2: ['a2', 'c0'],
  b0: ['a0', 'b0', 'c0'],
  b1: ['a1', 'b1', 'c0'],
  c0: ['a0', 'a1', 'a2', 'b0', 'b1', 'c0'],
};
/** Takes from the latent queries what they know of the sources. */
const deaf = (weights: ReadonlyMap<string, Tensor>) => {
  (weights.get('queries/0/cross/output/kernel') as ReturnType<typeof tf.variable>).assign(tf.zeros([WIDTH, WIDTH]));
};

describe('one layer carries nothing from outside the slice', () => {
  test.each([
    ['early', early(blocks)],
    ['cross gated', cross(blocks)],
    ['cross projector', cross({ ...blocks, bridge: 'projector' })],
  ])('%s', (_, plugin) => {
    expect(reach(plugin, 0)).toEqual(IN_SLICE);
  });

  test.each(['queries', 'bliva'] as const)('cross %s, beside what its latent queries carry', (bridge) => {
    const plugin = cross({ ...blocks, bridge, queries: 2 });
    const { 'queries-1': first, queries0: second, ...rest } = reach(plugin, 0, deaf);
    expect([first, second]).toEqual([IN_SLICE.c0, IN_SLICE.c0]);
    expect(rest).toEqual(IN_SLICE);
    expect(reach(plugin, 0).a2).toEqual(IN_SLICE.c0);
  });

  test('gated: the inputs that ask', () => {
    const { a0, a1, a2 } = IN_SLICE;
    expect(reach(cross({ ...blocks, query: ['a'] }), 0)).toEqual({ a0, a1, a2 });
  });

  test('without the option everything reaches everything', () => {
    const all = IN_SLICE.c0;
    const expected = Object.fromEntries(Object.keys(IN_SLICE).map((token) => [token, all]));
    expect(reach(early({ layers: 1, heads: 2 }), 0)).toEqual(expected);
    expect(reach(early({ ...blocks, timeSlice: 2 }), 0)).toEqual(expected);
  });

  test.each([
    ['early', early(blocks)],
    ['cross gated', cross(blocks)],
  ])('the absence token attends to all times: %s', (_, plugin) => {
    // Row 1 lacks a: its place is token -1 of the span.
    expect(reach(plugin, 1)).toEqual({
      'a-1': ['b0', 'b1', 'c0'],
      b0: ['b0', 'c0'],
      b1: ['b1', 'c0'],
      c0: ['b0', 'b1', 'c0'],
    });
  });

  test('the absence token is attended to from all times', () => {
    const { fuse, weights } = fusionModel(early(blocks), ['a', 'b', 'c']);
    const before = fuse(inputs()).values;
    weights.get('absent/a')!.assign(noise('other', [1, WIDTH]));
    const change = tf.max(tf.abs(tf.sub(fuse(inputs()).values, before)), 2).arraySync() as number[][];
    const changed = change.map((row) => row.map((value) => (value > 0 ? 1 : 0)));
    // Spans of 4, 4 and 2: only row 1 lacks a, and there all valid tokens see it.
    expect(changed).toEqual([new Array(10).fill(0), [1, 0, 0, 0, 0, 1, 1, 0, 0, 1]]);
  });
});

test('a token with no source in its slice gets what its own input alone gives', () => {
  const [a, b] = inputs();
  const far = { ...b!, position: { time: tf.add(b!.position.time!, 100) } };
  const { fuse } = fusionModel(cross({ ...blocks, query: ['a'] }), ['a', 'b']);
  const other = { ...far, values: noise('other', [2, 3, WIDTH]) };
  // Row 0 alone: in row 1 the absence token, which has no time, hears everything.
  const change = tf.max(tf.abs(tf.sub(fuse([a!, other]).values, fuse([a!, far]).values)), [1, 2]).arraySync();
  expect(change).toEqual([0, expect.any(Number)]);
});

test('a slice without any times, a negative one and one in late fusion are refused', () => {
  const timeless = inputs().map((input) => ({ ...input, position: {} }));
  for (const plugin of [early(blocks), cross(blocks)]) {
    expect(() => fusionModel(plugin, ['a', 'b', 'c']).fuse(timeless)).toThrow(
      /timeSlice is 0.25.*a, b, c carry no times/,
    );
  }
  expect(() => early({ timeSlice: -1 })).toThrow('timeSlice');
  expect(() => late({ timeSlice: 1 } as never)).toThrow('"timeSlice"');
});
