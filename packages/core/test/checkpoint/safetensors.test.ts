import type { HostArray } from '@modalkit/contract';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/checkpoint/index.js';
import { errorOf, floats } from './helpers.js';

describe('safetensors', () => {
  it('writes the bytes of the format', () => {
    // Header: {"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} is 1 + 4 + 49 + 1 = 54 characters ("b": is 4,
    // {"dtype":"F32","shape":[1],"data_offsets":[0,4]} is 48, the outer braces 2: 54), padded with spaces to 56 = 0x38.
    // 1.5 = 0x3fc00000, little endian 00 00 c0 3f. In all 8 + 56 + 4 = 68 bytes.
    const json = '{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(json).toHaveLength(54);
    const expected = Buffer.concat([
      Buffer.from([0x38, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from(`${json}  `),
      Buffer.from([0x00, 0x00, 0xc0, 0x3f]),
    ]);
    const written = writeSafetensors(new Map([['b', floats(1.5)]]));
    expect(Buffer.from(written).equals(expected)).toBe(true);
  });

  it('sorts by name, so equal content gives equal bytes', () => {
    const a = floats(1);
    const b: HostArray = { dtype: 'int32', shape: [], data: Int32Array.of(-2) };
    const one = writeSafetensors(
      new Map([
        ['b', b],
        ['a', a],
      ]),
      { format: 'pt' },
    );
    const other = writeSafetensors(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      { format: 'pt' },
    );
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
  });

  it('reads back every type, shape, bit pattern and name', () => {
    const bits = new Float32Array(Uint32Array.of(0x7fc00001, 0xff800000, 0x80000000, 1).buffer);
    const tensors = new Map<string, HostArray>([
      ['flags', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
      ['bytes', { dtype: 'bool', shape: [3], data: Uint8Array.of(255, 0, 7) }],
      ['bits', { dtype: 'float32', shape: [2, 2], data: bits }],
      ['empty', { dtype: 'float32', shape: [0, 5], data: new Float32Array(0) }],
      ['scalar', { dtype: 'int32', shape: [], data: Int32Array.of(-(2 ** 31)) }],
      ['图像/权重 "quoted" \\', floats(3)],
    ]);
    const { tensors: read, metadata } = readSafetensors(writeSafetensors(tensors, { 说明: 'a\nb' }), 'x');
    expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, array] of tensors) {
      expect({ ...read.get(name)!, data: [...bytesOf(read.get(name)!)] }).toEqual({
        ...array,
        data: [...bytesOf(array)],
      });
    }
    expect([...metadata]).toEqual([['说明', 'a\nb']]);
  });

  it('takes BOOL for 0 and 1, U8 for other bytes', () => {
    const header = (data: Uint8Array) =>
      Buffer.from(writeSafetensors(new Map([['x', { dtype: 'bool', shape: [1], data }]]))).toString('latin1');
    expect(header(Uint8Array.of(1))).toContain('"BOOL"');
    expect(header(Uint8Array.of(2))).toContain('"U8"');
  });

  it('writes a view of a larger buffer as the view alone', () => {
    const data = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    const { tensors } = readSafetensors(
      writeSafetensors(new Map([['v', { dtype: 'float32', shape: [2], data }]])),
      'x',
    );
    expect([...tensors.get('v')!.data]).toEqual([1, 2]);
  });

  it.each(['', '__proto__', 'constructor', 'toString', '__metadata__', 'a\0', 'a\ud800', 'x'.repeat(600)])(
    'refuses to write the name %j',
    async (name) => {
      await errorOf(() => writeSafetensors(new Map([[name, floats(1)]])), 'CHECKPOINT');
    },
  );

  it.each<[string, HostArray]>([
    ['too few elements', { dtype: 'float32', shape: [3], data: new Float32Array(2) }],
    ['another class', { dtype: 'int32', shape: [2], data: new Float32Array(2) }],
    ['a negative extent', { dtype: 'float32', shape: [-1, -2], data: new Float32Array(2) }],
    ['a rank above 8', { dtype: 'float32', shape: Array(9).fill(1), data: new Float32Array(1) }],
  ])('refuses to write an array with %s', async (_, array) => {
    const error = await errorOf(() => writeSafetensors(new Map([['w', array]])), 'CHECKPOINT');
    expect(error.message).toContain('Tensor "w"');
  });
});

function bytesOf({ data }: HostArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
