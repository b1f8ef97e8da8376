import { describe, expect, it } from 'vitest';
import { packState, unpackState } from '../../src/checkpoint/index.js';
import { errorOf } from './helpers.js';

const trip = (value: unknown) => {
  const { json, tensors } = packState(value);
  return unpackState(JSON.parse(JSON.stringify(json)), tensors);
};

describe('packed state', () => {
  it('gives back plain data and typed arrays', () => {
    const state = {
      词表: ['一', 'seven'],
      mean: Float32Array.of(0.5, Number.NaN),
      nested: { ids: Int32Array.of(-1), bytes: Uint8Array.of(0, 255), empty: new Float32Array(0), none: null },
      best: Number.NEGATIVE_INFINITY,
      zero: -0,
      flags: [true, false, [1, 2]],
    };
    expect(trip(state)).toEqual(state);
    expect(Object.is((trip(state) as typeof state).zero, -0)).toBe(true);
    expect([...packState(state).tensors.keys()]).toHaveLength(4);
  });

  it('gives back any key, reserved or its own', () => {
    const state = JSON.parse(
      '{"__proto__":1,"constructor":{"prototype":{"polluted":true}},"$array":"array/0","a":{"$x":[2]}}',
    );
    const back = trip(state) as Record<string, unknown>;
    expect(Object.keys(back)).toEqual(Object.keys(state));
    expect(JSON.stringify(back)).toBe(JSON.stringify(state));
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(JSON.stringify(packState(state).json)).not.toContain('"__proto__":');
  });

  it('leaves out undefined fields', () => expect(trip({ a: undefined, b: 1 })).toEqual({ b: 1 }));

  it.each([
    ['a Date', new Date()],
    ['a Map', new Map()],
    ['a Float64Array', new Float64Array(1)],
    ['of type function', () => 1],
    ['of type bigint', 1n],
  ])('refuses %s and says where', async (kind, value) => {
    const error = await errorOf(() => packState({ a: [{ b: value }] }), 'CHECKPOINT');
    expect(error.message).toContain(`"a.0.b" is ${kind}`);
  });

  it('refuses an object that contains itself', async () => {
    const state: Record<string, unknown> = {};
    state.self = state;
    expect((await errorOf(() => packState(state), 'CHECKPOINT')).message).toContain('contains itself');
  });

  it.each([
    '{"$array":"array/9"}',
    '{"$array":1}',
    '{"$number":"1"}',
    '{"$entries":{}}',
    '{"$entries":[["a"]]}',
    '{"$entries":[[1,2]]}',
    '{"$other":1}',
    '{"$array":"array/0","b":1}',
    `${'['.repeat(1e5)}${']'.repeat(1e5)}`,
  ])('refuses to restore %.40s', async (json) => {
    await errorOf(() => unpackState(JSON.parse(json), new Map()), 'CHECKPOINT');
  });
});
