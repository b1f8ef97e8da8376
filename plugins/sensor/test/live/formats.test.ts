import { describe, expect, test } from 'vitest';
import { checksumOf } from '../../src/live/checksum.js';
import { cobsDecode, cobsEncode } from '../../src/live/cobs.js';
import { cobsFormat } from '../../src/live/cobs-format.js';
import { csvFormat } from '../../src/live/csv-format.js';
import { jsonlFormat } from '../../src/live/jsonl-format.js';
import { PacketBatch } from '../../src/live/packet-batch.js';
import type { PacketFormat } from '../../src/live/packet-format.js';
import { parseDecimal } from '../../src/live/parse-decimal.js';
import { shortFloat } from '../../src/live/short-float.js';
import { noise } from '../series.js';

const encode = (bytes: number[]) => {
  const target = new Uint8Array(bytes.length + 4 + bytes.length / 254);
  return [...target.subarray(0, cobsEncode(Uint8Array.from(bytes), bytes.length, target, 0))];
};
const decode = (bytes: number[], room = 1024) => {
  const target = new Uint8Array(room);
  const length = cobsDecode(Uint8Array.from(bytes), 0, bytes.length, target);
  return length < 0 ? undefined : [...target.subarray(0, length)];
};

describe('COBS', () => {
  // By hand, from the paper's rule: a code byte says how far the next zero is.
  test.each([
    [[], [1]],
    [[0], [1, 1]],
    [
      [0, 0],
      [1, 1, 1],
    ],
    [
      [11, 22, 0, 33],
      [3, 11, 22, 2, 33],
    ],
    [
      [11, 0, 0, 0],
      [2, 11, 1, 1, 1],
    ],
  ])('%j becomes %j and back', (plain, coded) => {
    expect(encode(plain)).toEqual(coded);
    expect(decode(coded)).toEqual(plain);
  });

  test('any bytes come back, without a zero on the way, at every length around 254', () => {
    for (const length of [1, 100, 253, 254, 255, 256, 507, 508, 509, 510])
      for (const seed of [1, 2]) {
        const plain = noise(length, seed).map((value) => (seed === 2 ? 7 : Math.max(0, Math.floor(value * 4))));
        const coded = encode(plain);
        expect(coded.includes(0)).toBe(false);
        expect(decode(coded)).toEqual(plain);
      }
  });

  test('what is no such coding, or longer than its target, is refused', () => {
    expect(decode([5, 1])).toBeUndefined();
    expect(decode([0, 1])).toBeUndefined();
    expect(decode([2, 1, 2, 1], 2)).toBeUndefined();
    expect(decode([3, 1, 2], 2)).toEqual([1, 2]);
    expect(decode([3, 1, 2, 1], 2)).toBeUndefined();
  });
});

test('checksums have their published check values', () => {
  const check = new TextEncoder().encode('123456789');
  expect(checksumOf('crc32', check)).toBe(0xcbf43926);
  expect(checksumOf('crc16', check)).toBe(0x29b1);
});

const packets = [
  { sequence: 0, device: 0, values: [1, -2.5, 0] },
  { sequence: 4294967295, device: 86400.123456, values: [Number.NaN, 3, Number.NaN] },
  { sequence: 7, device: -1.5, values: [Number.NaN, Number.NaN, Number.NaN] },
  { sequence: 8, device: 5000000, values: [0.1, 1e-30, -3.4e38] },
];
const FORMATS: Record<string, PacketFormat> = {
  'COBS with CRC-32': cobsFormat(3, 'crc32'),
  'COBS with CRC-16': cobsFormat(3, 'crc16'),
  CSV: csvFormat(['seq', 'time', 'x', 'y', '压力'], ['x', 'y', '压力'], 's'),
  'CSV in other order, milliseconds': csvFormat(['y', 'time', '压力', 'other', 'x', 'seq'], ['x', 'y', '压力'], 'ms'),
  'JSON lines': jsonlFormat(['x', 'y', '压力'], 'us', { numbered: true, timed: true }),
};

describe.each(Object.entries(FORMATS))('%s', (name, format) => {
  const read = (bytes: Uint8Array) => {
    const batch = new PacketBatch(3);
    return format.decode(bytes, 0, bytes.length, batch) ? batch : undefined;
  };

  test('packets come back as they were sent, in one frame each', () => {
    for (const packet of packets) {
      const frame = format.encode(packet);
      expect(frame.indexOf(format.delimiter)).toBe(frame.length - 1);
      const batch = read(frame.subarray(0, -1))!;
      expect([batch.count, batch.sequence[0], batch.device[0]]).toEqual([1, packet.sequence, packet.device]);
      expect([...batch.values.subarray(0, 3)]).toEqual(packet.values.map(Math.fround));
    }
  });

  test('half a packet is none', () => {
    const frame = format.encode(packets[0]!);
    const halves = Array.from({ length: frame.length - 2 }, (_, length) => read(frame.subarray(0, length + 1)));
    // A CSV line cut within its last number is still a line: only a checksum tells.
    const whole = halves.filter((batch) => batch !== undefined).length;
    expect(whole).toBe(name.startsWith('CSV') ? whole : 0);
  });

  test('noise is no packet', () => {
    for (let seed = 0; seed < 200; seed++) {
      const bytes = Uint8Array.from(noise(60, seed), (value) => 128 + 127 * value);
      expect(read(bytes)).toBeUndefined();
    }
  });
});

test('one flipped bit anywhere is found by either checksum', () => {
  for (const checksum of ['crc32', 'crc16'] as const) {
    const format = cobsFormat(3, checksum);
    const frame = format.encode({ sequence: 77, device: 1.25, values: [1, 2, 3] }).subarray(0, -1);
    for (let bit = 0; bit < 8 * frame.length; bit++) {
      const flipped = frame.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(format.decode(flipped, 0, flipped.length, new PacketBatch(3))).toBe(false);
    }
  }
});

test('the layout of a frame, byte by byte', () => {
  // 0x01020304, then 1.5 s = 1,500,000 us = 0x16e360, channel 1 of two present (mask 2), 1.0 = 0x3f800000.
  const frame = cobsFormat(2, 'crc32').encode({ sequence: 0x01020304, device: 1.5, values: [Number.NaN, 1] });
  const plain = decode([...frame.subarray(0, -1)])!;
  expect(plain.slice(0, 20)).toEqual([4, 3, 2, 1, 0x60, 0xe3, 0x16, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0x80, 0x3f]);
  expect(plain).toHaveLength(24);
});

test('CSV: what a line must be', () => {
  const format = csvFormat(['seq', 'time', 'x', 'note'], ['x'], 's');
  const read = (line: string) => {
    const batch = new PacketBatch(1);
    const bytes = new TextEncoder().encode(line);
    return format.decode(bytes, 0, bytes.length, batch)
      ? [batch.sequence[0], batch.device[0], batch.values[0]]
      : undefined;
  };
  expect(read('1, 0.5, 2,一\r')).toEqual([1, 0.5, 2]);
  expect(read('1,0.5,,')).toEqual([1, 0.5, Number.NaN]);
  for (const line of [
    'seq,time,x,note',
    '1,0.5,2',
    '1,0.5,2,,',
    '-1,0.5,2,',
    '1.5,0.5,2,',
    ',0.5,2,',
    '1,,2,',
    '1,0.5,2x,',
    '1,0.5,nan,',
  ])
    expect(read(line)).toBeUndefined();
});

test('decimals are read as Number reads them', () => {
  const texts = [
    '0',
    '-0.5',
    '12.',
    '.5',
    '+7',
    '1e3',
    '-2.5E-3',
    '123456789012345',
    '1234567890123456789',
    '0.1',
    '3.4028234e38',
    ' 4 ',
  ];
  for (const text of [...texts, ...noise(2000, 3).map((value) => String(value * 1e3))]) {
    const bytes = new TextEncoder().encode(text);
    expect(parseDecimal(bytes, 0, bytes.length)).toBe(Number(text));
  }
  for (const text of ['', '-', '.', '1.2.3', '0x10', 'Infinity', '1 2', '--1', '1e', 'e5']) {
    const bytes = new TextEncoder().encode(text);
    expect(parseDecimal(bytes, 0, bytes.length)).toBeNaN();
  }
});

test('a float32 is written with the digits it needs', () => {
  expect([0.1, 1.5, -3, 1e-7, 16777217].map((value) => shortFloat(Math.fround(value)))).toEqual([
    '0.1',
    '1.5',
    '-3',
    '1e-7',
    '16777216',
  ]);
  for (const value of noise(2000, 4))
    expect(Math.fround(Number(shortFloat(Math.fround(value))))).toBe(Math.fround(value));
});
