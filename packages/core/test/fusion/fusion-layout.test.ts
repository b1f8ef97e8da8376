import { gradientsByName } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { cross, early, fusedLayout, late } from '../../src/fusion/index.js';
import { fusionModel, inputOf, noise, WIDTH } from './fusion-batch.js';
import { tf } from './tf.js';

const inputs = () => [inputOf('a', [3, 0], 3), inputOf('b', [1, 2], 2)];
const layout = (plugin: ReturnType<typeof early>) =>
  fusedLayout(fusionModel(plugin, ['a', 'b']).fuse(inputs())).map(({ name, start, end }) => `${name} ${start}-${end}`);

describe('token layout', () => {
  // a has 3 tokens and b 2; each span has one place more, for the absence token.
  test.each([
    ['early', early({ heads: 2 }), ['a 0-4', 'b 4-7']],
    ['late', late(), ['joint 0-1']],
    ['gated, all ask', cross({ heads: 2 }), ['a 0-4', 'b 4-7']],
    ['gated, b asks', cross({ heads: 2, query: ['b'] }), ['b 0-3']],
    ['queries, b asks', cross({ heads: 2, bridge: 'queries', queries: 5, query: ['b'] }), ['queries 0-5', 'b 5-8']],
    ['queries, all ask', cross({ heads: 2, bridge: 'queries', queries: 5 }), ['queries 0-5', 'a 5-9', 'b 9-12']],
    ['projector, a asks', cross({ heads: 2, bridge: 'projector', query: ['a'] }), ['b 0-3', 'a 3-7']],
    [
      'bliva, b asks',
      cross({ heads: 2, bridge: 'bliva', queries: 2, query: ['b'] }),
      ['queries 0-2', 'a 2-6', 'b 6-9'],
    ],
  ])('%s', (_, plugin, expected) => {
    expect(layout(plugin)).toEqual(expected);
  });

  test('the first token of a span is valid exactly where the sample lacks the input', () => {
    const { valid } = fusionModel(early({ heads: 2 }), ['a', 'b']).fuse(inputs());
    expect([...valid.dataSync()]).toEqual([0, 1, 1, 1, 0, 1, 0, /* a is absent */ 1, 0, 0, 0, 0, 1, 1]);
  });

  test('an input that is not present counts as absent whatever its tokens say', () => {
    const [a, b] = inputs();
    const { valid } = fusionModel(early({ heads: 2 }), ['a', 'b']).fuse([
      { ...a!, present: tf.tensor1d([0, 0], 'bool') },
      b!,
    ]);
    expect([...valid.dataSync()].slice(0, 4)).toEqual([1, 0, 0, 0]);
  });
});

test('with its gates at 0 the gated bridge equals self-attention alone, and only the gates learn from it', () => {
  const { fuse, weights } = fusionModel(cross({ layers: 1, heads: 2, query: ['b'] }), ['a', 'b'], 0);
  const [a, b] = inputs();
  const other = { ...a!, values: noise('other', [2, 3, WIDTH]) };
  expect(fuse([other, b!]).pooled.dataSync()).toEqual(fuse([a!, b!]).pooled.dataSync());
  const direction = noise('direction', [2, WIDTH]);
  const gradients = gradientsByName(tf, weights, () => tf.sum(tf.mul(fuse([a!, b!]).pooled, direction)));
  expect(Math.abs(gradients.get('gated/b/0/cross/attentionGate')![0]!)).toBeGreaterThan(1e-4);
  expect(Math.abs(gradients.get('gated/b/0/cross/mlpGate')![0]!)).toBeGreaterThan(1e-4);
  expect(Math.max(...gradients.get('gated/b/0/cross/attention/value/kernel')!.map(Math.abs))).toBe(0);
});

describe('refuses before any tensor', () => {
  test.each([
    [
      'heads that do not divide the width',
      () => fusionModel(early({ heads: 3 }), ['a']),
      'width 8 cannot be split into 3 heads',
    ],
    ['a query that is not joined', () => fusionModel(cross({ heads: 2, query: ['x'] }), ['a']), 'the input "x"'],
    ['a query outside its own inputs', () => cross({ inputs: ['a'], query: ['b'] }), 'joined are a'],
    ['an input with the name of its own tokens', () => fusionModel(cross({ heads: 2 }), ['a', 'queries']), '"queries"'],
    ['nothing to join', () => fusionModel(late(), []), 'no input to join'],
  ])('%s', (_, compose, sentence) => {
    expect(compose).toThrow(expect.objectContaining({ code: 'COMPOSE', message: expect.stringContaining(sentence) }));
  });

  test('unknown options, by name', () => {
    expect(() => early({ layer: 2 } as never)).toThrow(/@modalkit\/core\/early: .*"layer"/);
    expect(() => cross({ bridge: 'bridge' } as never)).toThrow('bridge');
  });
});
