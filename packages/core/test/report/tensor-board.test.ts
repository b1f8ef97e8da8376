import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@modalkit/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordFrame } from '../../src/report/record-frame.js';
import { createTensorBoard } from '../../src/report/tensor-board.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modalkit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** CRC-32C bit by bit: reflected polynomial 0x82f63b78, begun and ended with all ones. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** TFRecord's mask undone: subtract the constant, rotate left by 15. */
function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

function readRecords(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(unmask(bytes.readUInt32LE(at + 8))).toBe(crc32c(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(bytes.readUInt32LE(at + 12 + length))).toBe(crc32c(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

type Fields = Map<string, (number | Buffer)[]>;

/** Protobuf fields by wire type and number, for example `float 2`. */
function readFields(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const readers: Record<number, [type: string, read: () => number | Buffer]> = {
    0: ['varint', varint],
    1: ['double', () => take(8).readDoubleLE()],
    2: ['bytes', () => take(varint())],
    5: ['float', () => take(4).readFloatLE()],
  };
  while (at < bytes.length) {
    const key = varint();
    const [type, read] = readers[key & 7]!;
    const field = `${type} ${key >>> 3}`;
    fields.set(field, [...(fields.get(field) ?? []), read()]);
  }
  return fields;
}

const stepEvent: RunEvent = {
  kind: 'step',
  step: 300,
  steps: 1000,
  values: { loss: 0.5, 'loss/match/损失': 0.25 },
  samplesPerSecond: 128,
  etaSeconds: 7,
  dataWaitShare: 0,
  rssMb: 512,
};

function session(doneSteps: number, ...events: RunEvent[]): Fields[] {
  const reporter = createTensorBoard(folder, doneSteps, () => 1_700_000_000_500 + doneSteps * 1000);
  for (const event of events) reporter.report(event);
  reporter.close?.();
  const file = readdirSync(folder).sort().at(-1)!;
  return readRecords(readFileSync(join(folder, file))).map(readFields);
}

const scalars = (fields: Fields) =>
  readFields(fields.get('bytes 5')![0] as Buffer)
    .get('bytes 1')!
    .map((value) => readFields(value as Buffer))
    .map((value) => [String(value.get('bytes 1')![0]), value.get('float 2')![0]]);

test('the checksum is CRC-32C: 32 zero bytes give 0x8a9136aa (RFC 3720 B.4)', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(unmask(recordFrame(Buffer.alloc(32)).readUInt32LE(12 + 32))).toBe(0x8a9136aa);
  expect(unmask(recordFrame(Buffer.from('123456789')).readUInt32LE(12 + 9))).toBe(0xe3069283);
});

test('a step is one record with its wall time, number and scalars', () => {
  const [version, start, step] = session(0, stepEvent);
  expect(String(version!.get('bytes 3')![0])).toBe('brain.Event:2');
  expect(readFields(start!.get('bytes 7')![0] as Buffer).get('varint 1')).toEqual([1]);
  expect(step!.get('double 1')).toEqual([1_700_000_000.5]);
  expect(step!.get('varint 2')).toEqual([300]);
  expect(scalars(step!)).toEqual([
    ['loss', 0.5],
    ['loss/match/损失', 0.25],
    ['samplesPerSecond', 128],
    ['dataWaitShare', 0],
    ['rssMb', 512],
  ]);
});

test('an evaluation gives its values under the split', () => {
  const measured = { value: 0.75, low: 0.7, high: 0.8, n: 100 };
  const records = session(0, { kind: 'evaluation', step: 9, split: 'test', values: { accuracy: measured } });
  expect(scalars(records[2]!)).toEqual([['evaluation/test/accuracy', 0.75]]);
});

test('other events leave no record', () => {
  expect(session(0, { kind: 'notice', message: 'x' }, { kind: 'end', step: 1, reason: 'finished' })).toHaveLength(2);
});

test('a resumed run has a second file that begins by taking back the steps it repeats', () => {
  session(0, stepEvent);
  const records = session(200, { ...stepEvent, step: 201 });
  expect(readdirSync(folder).filter((name) => /^events\.out\.tfevents\.\d+\..+\.\d+$/.test(name))).toHaveLength(2);
  expect(records[1]!.get('varint 2')).toEqual([201]);
  expect(records[1]!.has('bytes 7')).toBe(true);
});
