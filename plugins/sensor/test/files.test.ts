import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, test } from 'vitest';
import { nearest } from '../src/files/nearest.js';
import { readRecording } from '../src/files/read-recording.js';
import type { RawSensor } from '../src/raw-sensor.js';
import { parseSensorOptions, type SensorOptions } from '../src/sensor-options.js';
import { hostContext } from './helpers.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-传感-'));
});

const common: SensorOptions = { channels: ['x', 'y'], rate: 10, window: 0.2 };

/** Writes the file and reads it back; series as plain arrays. */
async function read(
  name: string,
  content: string | Uint8Array,
  options: Partial<SensorOptions> = {},
  sample?: RawSensor,
) {
  await writeFile(join(folder, name), content);
  const parsed = parseSensorOptions({ ...common, ...options } as SensorOptions);
  const { series, gaps } = await readRecording(sample ?? name, parsed, hostContext(folder));
  return { series: series.map(({ times, values }) => ({ times: [...times], values: [...values] })), gaps };
}

const WANTED = [
  { times: [0, 0.1, 0.2], values: [1, 2, 3] },
  { times: [0, 0.2], values: [10, 30] },
];
/** Parquet with rows 0, 0.1, 0.2 s; y was not measured at 0.1. */
const parquet = (
  time: unknown[],
  type: 'DOUBLE' | 'TIMESTAMP' | 'INT64',
  codec: 'SNAPPY' | 'UNCOMPRESSED' = 'SNAPPY',
) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'time', data: time as never, type },
        { name: 'x', data: [1, 2, 3], type: 'FLOAT' },
        { name: 'y', data: [10, null, 30] as never, type: 'DOUBLE' },
        { name: '备注', data: ['a', 'b', 'c'], type: 'STRING' },
      ],
      codec,
    }),
  );

describe('the same samples', () => {
  test.each<[string, string, string | (() => Uint8Array), Partial<SensorOptions>]>([
    ['CSV', '甲.csv', 'time,note,x,y\n0,a,1,10\n0.1,b,2,\n0.2,c,3,30\n', {}],
    [
      'CSV with BOM, blanks, CRLF and comments',
      'b.CSV',
      '\uFEFF# pen\r\ntime, x, y\r\n0, 1, 10\r\n\r\n0.1, 2,\r\n0.2, 3, 30',
      {},
    ],
    ['semicolons', 'c.csv', 'time;x;y\n0;1;10\n0.1;2;\n0.2;3;30\n', { delimiter: ';' }],
    ['milliseconds', 'd.csv', 't,x,y\n0,1,10\n100,2,\n200,3,30\n', { time: { column: 't', unit: 'ms' } }],
    [
      'ISO dates',
      'e.csv',
      'when,x,y\n2026-01-01T00:00:00Z,1,10\n2026-01-01T00:00:00.100Z,2,\n2026-01-01T00:00:00.200Z,3,30\n',
      { time: { column: 'when', unit: 'iso' } },
    ],
    ['no time but a rate', 'f.csv', 'x,y\n1,10\n2,\n3,30\n', { time: { rate: 10 } }],
    [
      'other column names',
      'g.csv',
      'time,Pen X,高度\n0,1,10\n0.1,2,\n0.2,3,30\n',
      { channels: { x: { column: 'Pen X' }, y: { column: '高度' } } },
    ],
    ['NaN allowed', 'h.csv', 'time,x,y\n0,1,10\n0.1,2,NaN\n0.2,3,30\n', { nan: 'missing' }],
    ['JSON lines', 'i.jsonl', '{"time":0,"x":1,"y":10}\n{"time":0.1,"x":2}\n\n{"time":0.2,"x":3,"y":30}\n', {}],
    [
      'JSON lines with null',
      'j.ndjson',
      '{"time":0,"x":1,"y":10}\n{"time":0.1,"x":2,"y":null}\n{"time":0.2,"x":3,"y":30}',
      {},
    ],
    ['Parquet', 'k.parquet', () => parquet([0, 0.1, 0.2], 'DOUBLE'), {}],
    ['Parquet uncompressed', 'l.parquet', () => parquet([0, 0.1, 0.2], 'DOUBLE', 'UNCOMPRESSED'), {}],
    [
      'Parquet with time stamps',
      'm.parquet',
      () =>
        parquet(
          [0, 100, 200].map((ms) => new Date(1767225600000 + ms)),
          'TIMESTAMP',
        ),
      {},
    ],
    [
      'Parquet with whole nanoseconds',
      'n.parquet',
      () => parquet([0n, 100_000_000n, 200_000_000n], 'INT64'),
      { time: { column: 'time', unit: 'ns' } },
    ],
  ])('come from %s', async (_, name, content, options) => {
    const { series } = await read(name, typeof content === 'string' ? content : content(), options);
    const rounded = series.map(({ times, values }) => ({
      times: times.map((time) => Math.round(time * 1e6) / 1e6),
      values,
    }));
    expect(rounded).toEqual(WANTED);
  });

  test('come inline, each channel with times of its own', async () => {
    const channels = Object.fromEntries(WANTED.map((channel, index) => [['x', 'y'][index]!, channel]));
    expect((await read('o.csv', '', {}, { channels })).series).toEqual(WANTED);
    const typed = { x: { times: new Float64Array([0]), values: new Float32Array([4]) } };
    const { series } = await read('o.csv', '', {}, { channels: typed });
    expect(series).toEqual([
      { times: [0], values: [4] },
      { times: [], values: [] },
    ]);
  });
});

test('a stretch takes what lies in [start, end) on the clock of the recording', async () => {
  const rows = Array.from({ length: 10 }, (_, row) => `${row / 10},${row},${row}`).join('\n');
  const { series } = await read('p.csv', `time,x,y\n${rows}`, {}, { file: 'p.csv', start: 0.3, end: 0.6 });
  expect(series[0]).toEqual({ times: [0.3, 0.4, 0.5], values: [3, 4, 5] });
});

test('a clock that counts from 1970 starts at 0, or float32 could not tell its seconds', async () => {
  const { series } = await read('q.csv', 'time,x,y\n1767225600.25,1,1\n1767225600.50,2,2\n');
  expect(series[0]!.times).toEqual([0, 0.25]);
});

test('gaps that a recording notes are read', async () => {
  const { gaps, series } = await read('r.csv', 'time,seq,x,y\n0,0,1,1\n# gap 0 0.5 disconnected\n0.5,9,2,2\n');
  expect(gaps).toEqual([{ time: [0, 0.5], reason: 'disconnected' }]);
  expect(series[0]!.times).toEqual([0, 0.5]);
});

describe('refuses in one sentence', () => {
  const damaged = parquet([0, 0.1, 0.2], 'DOUBLE').map((byte, index) => (index > 20 && index < 60 ? 0xff : byte));
  test.each<[string, string, string | Uint8Array, Partial<SensorOptions>, RegExp]>([
    ['an empty file', 'a.csv', '', {}, /"a\.csv": is empty/],
    ['a header alone', 'b.csv', 'time,x,y\n', {}, /has no rows/],
    ['a renamed column', 'c.csv', 'time,x,Y1\n0,1,2\n', {}, /has no column "y" \(did you mean "Y1"\?\)/],
    ['a lacking column', 'd.csv', 'time,x,pressure\n0,1,2\n', {}, /has no column "y" \(it has time, x, pressure\)/],
    ['a renamed time', 'e.csv', 'Time,x,y\n0,1,2\n', {}, /has no column "time" \(did you mean "Time"\?\)/],
    ['NaN', 'f.csv', 'time,x,y\n0,1,2\n1,NaN,2\n', {}, /column "x" holds "NaN" in row 2; .*set nan: "missing"/],
    ['words', 'g.csv', 'time,x,y\n0,1,high\n', {}, /column "y" holds "high" in row 1; give a number/],
    ['infinity', 'h.csv', 'time,x,y\n0,1,Infinity\n', {}, /column "y" holds "Infinity" in row 1/],
    [
      'times that go backwards',
      'i.csv',
      'time,x,y\n0,1,1\n0.2,1,1\n0.1,1,1\n',
      {},
      /times go backwards from 0\.2 to 0\.1 s in row 3/,
    ],
    ['a row without a time', 'j.csv', 'time,x,y\n0,1,1\n,1,1\n', {}, /row 2 has no time in column "time"/],
    [
      'dates without their unit',
      'k.csv',
      'time,x,y\n2026-01-01,1,1\n',
      {},
      /holds dates; set time: \{ column: "time", unit: "iso" \}/,
    ],
    [
      'what is no date',
      'l.csv',
      'time,x,y\nnoon,1,1\n',
      { time: { column: 'time', unit: 'iso' } },
      /holds "noon" in row 1, which is no ISO date/,
    ],
    ['rows of unequal length', 'm.csv', 'time,x,y\n0,1\n', {}, /is no CSV file/],
    ['bytes that are no UTF-8', 'n.csv', Uint8Array.of(0x74, 0xff, 0xfe), {}, /is not UTF-8 text/],
    ['a line that is no JSON', 'o.jsonl', '{"time":0,"x":1,"y":1}\n{"time":', {}, /line 2 is no JSON/],
    ['a line that is no object', 'p.jsonl', '[1]', {}, /line 1 is no JSON object/],
    [
      'a text file named .parquet',
      'q.parquet',
      'time,x,y\n0,1,2\n',
      {},
      /is no Parquet file \(it begins with "time"\)/,
    ],
    ['a damaged Parquet file', 'r.parquet', damaged, {}, /is a damaged Parquet file/],
    [
      'a renamed column of Parquet',
      's.parquet',
      parquet([0, 0.1, 0.2], 'DOUBLE'),
      { channels: ['X.', 'y'] },
      /has no column "X\." \(did you mean "x"\?\)/,
    ],
    ['another ending', 't.wav', 'RIFF', {}, /ends with none of \.csv, \.jsonl, \.ndjson, \.parquet/],
  ])('%s', async (_, name, content, options, message) => {
    const error = await read(name, content, options).catch((cause) => cause);
    expect(error).toMatchObject({ code: 'SAMPLE', message: expect.stringMatching(message) });
    expect(error.message).toMatch(/^Sensor ".+": [^\n]+\.$/);
  });

  test('an inline channel that is none', async () => {
    const sample = { channels: { 'x ': { times: [0], values: [1] } } };
    await expect(read('u.csv', '', {}, sample)).rejects.toThrow(/"x " that is none of x, y \(did you mean "x"\?\)/);
  });
});

test('near names', () => {
  expect(nearest('acc_x', ['gyro_x', 'Acc X', 'acc_y'])).toBe('Acc X');
  expect(nearest('温度', ['湿度', '温度计', '气压'])).toBe('温度计');
  expect(nearest('x', ['pressure'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});
