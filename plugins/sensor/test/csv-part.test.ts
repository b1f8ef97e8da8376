import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { csvPart } from '../src/files/csv-part.js';
import { readRecording } from '../src/files/read-recording.js';
import { parseSensorOptions, type SensorOptions } from '../src/sensor-options.js';
import { hostContext } from './helpers.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-part-'));
});

const ROWS = 20_000;
const FIELD = { column: 'time', ticks: 1, delimiter: ',' };
const common: SensorOptions = { channels: ['x', '温度'], rate: 100, window: 0.2 };

/** 200 s at 100 Hz, some times twice, a gap every 10 s. */
function content({ end = '\n', ticks = 1, first = 0 } = {}): string {
  const lines = ['time,x,温度'];
  for (let row = 0; row < ROWS; row++) {
    const time = first + (Math.floor(row / 2) / 50) * ticks;
    if (row > 0 && row % 1000 === 0) lines.push(`# gap ${time - 0.02} ${time} unplugged, "at ${row}"`);
    lines.push(`${time},${row},${row % 7 === 0 ? '' : -row}`);
  }
  return lines.join(end);
}

const padded = (text: string) => text.replaceAll(/^\d.*$/gm, (line) => line.padEnd(20_000));

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const context = (reads: string[] = []) => {
  const real = hostContext(folder);
  const read = (path: string) => {
    reads.push(path);
    return real.read(path);
  };
  return { ...real, read };
};

describe('a stretch of a large CSV file', () => {
  test.each([
    ['lf.csv', {}, { channels: ['x', '温度'] }],
    ['crlf.csv', { end: '\r\n' }, {}],
    ['ms.csv', { ticks: 1000 }, { time: { column: 'time', unit: 'ms' } }],
  ] as const)('is what the whole file has in it, and the rest is not read: %s', async (name, kind, more) => {
    await write(name, content(kind));
    const options = parseSensorOptions({ ...common, ...more } as SensorOptions);
    const whole = await readRecording(name, options, context());
    const reads: string[] = [];
    for (const [start, end] of [
      [0, 1],
      [-5, 0.01],
      [9.9, 10.1],
      [99.99, 100.02],
      [57.3, 57.301],
      [199.5, 250],
      [33.33, 44.44],
    ] as const) {
      const part = await readRecording({ file: name, start, end }, options, context(reads));
      for (const [channel, { times, values }] of whole.series.entries()) {
        const rows = [...times.keys()].filter((row) => times[row]! >= start && times[row]! < end);
        expect([...part.series[channel]!.times]).toEqual(rows.map((row) => times[row]));
        expect([...part.series[channel]!.values]).toEqual(rows.map((row) => values[row]));
      }
      const inside = whole.gaps.filter(({ time }) => time[1] > start && time[1] < end);
      if (name !== 'ms.csv') expect(part.gaps).toEqual(expect.arrayContaining(inside));
    }
    expect(reads).toEqual([]);
  });

  test('takes what stands between its rows, and a last line without an end', async () => {
    const path = await write('gaps.csv', content());
    const text = async (start: number, end: number) => String(await csvPart(path, { start, end }, FIELD));
    // row 1000 is at 10 s, after a gap
    expect(await text(9.98, 10.01)).toBe(
      'time,x,温度\n9.98,998,-998\n9.98,999,-999\n# gap 9.98 10 unplugged, "at 1000"\n10,1000,-1000\n10,1001,\n',
    );
    expect(await text(199.98, 1000)).toBe(`time,x,温度\n199.98,19998,-19998\n199.98,19999,`);
    expect(await text(500, 600)).toBe('time,x,温度\n');
  });

  test('reads little of it: a few blocks for each bound', async () => {
    const path = await write('large.csv', content());
    const part = await csvPart(path, { start: 100, end: 101 }, FIELD);
    expect(part!.length).toBeLessThan(3000);
    expect(content().length).toBeGreaterThan(256 * 1024);
  });

  test.each([
    ['a small file', content().slice(0, 200_000)],
    ['a clock that counts from 1970', content({ first: 1.7e9 })],
    ['a quoted header', content().replace('x', '"x"')],
    ['no such column', content().replace('time', 'when')],
    ['times that are no numbers', content().replaceAll(/^(\d)/gm, 't$1')],
    ['lines larger than a block', padded(content().slice(0, 600))],
  ])('is not looked for in %s', async (_, text) => {
    const path = await write('none.csv', text);
    expect(await csvPart(path, { start: 100, end: 400 }, FIELD)).toBeUndefined();
  });

  test('that holds what is no number is told with its row in the whole file', async () => {
    const lines = content().split('\n');
    lines[15_021] = lines[15_021]!.replace(/,[^,]*/, ',ill');
    await write('ill.csv', lines.join('\n'));
    const reading = readRecording({ file: 'ill.csv', start: 149, end: 152 }, parseSensorOptions(common), context());
    const row = lines.slice(1, 15_022).filter((line) => !line.startsWith('#')).length;
    await expect(reading).rejects.toThrow(`column "x" holds "ill" in row ${row};`);
  });
});
