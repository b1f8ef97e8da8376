import {
  ADAPTER,
  type Adapter,
  isPlugin,
  LIVE_SOURCE,
  type LiveSource,
  type Plugin,
  type Scope,
} from '@modalkit/contract';
import { describe, expect, test } from 'vitest';
import { version } from '../package.json';
import { liveSource, type SerialOptions, sensor, serial } from '../src/index.js';

function provided<T>(plugin: Plugin, key: symbol): T {
  let found: unknown;
  const provide = (token: { key: symbol }, factory: () => unknown) => {
    if (token.key === key) found = factory();
  };
  plugin.setup({ slot: 'inputs/pen', provide } as unknown as Scope);
  return found as T;
}
const adapterOf = (plugin: Plugin) => provided<Adapter>(plugin, ADAPTER.key);
const sourceOf = (plugin: Plugin) => provided<LiveSource>(plugin, LIVE_SOURCE.key);

const pen = { channels: { x: { rate: 100 }, y: { rate: 100 }, down: { rate: 100, hold: true } }, window: 0.1 };

describe('sensor()', () => {
  test('is a plugin that provides an adapter with resolved options', () => {
    const plugin = sensor(pen);
    expect(isPlugin(plugin)).toBe(true);
    expect(plugin).toMatchObject({ id: '@modalkit/sensor', contract: 1, version });
    const adapter = adapterOf(plugin);
    expect(adapter).toMatchObject({ id: '@modalkit/sensor', modality: 'sensor', contract: 1 });
    expect(adapter.options).toMatchObject({
      rate: 100,
      windowPoints: 10,
      stridePoints: 10,
      encoder: 'patches',
      maxTokens: 512,
    });
    expect(JSON.parse(JSON.stringify(adapter.options))).toEqual(adapter.options);
    expect(adapter.target).toMatchObject({ kind: 'values', width: 30 });
  });

  test('hooks follow the options', () => {
    expect(adapterOf(sensor(pen))).toHaveProperty('fit');
    expect(adapterOf(sensor({ ...pen, standardise: 'none' }))).not.toHaveProperty('fit');
    expect(adapterOf(sensor({ ...pen, share: 'glove' })).share).toBe('glove');
    expect(adapterOf(sensor({ ...pen, chunk: 8 })).supports.streaming).toBe(true);
    const whole = adapterOf(sensor(pen));
    expect(whole.supports.streaming).toBe(false);
    expect(() => whole.stream!({ input: 'pen' } as never)).toThrow(/input "pen" has no chunk/);
  });

  test.each([
    [{ colour: true }, /colour/],
    [{ channels: [] }, /channels: must be 1 to 32 different names/],
    [{ channels: ['x', 'x'] }, /different names/],
    [{ channels: ['time'] }, /channels/],
    [{ channels: 7 }, /channels: must be a list of names, or \{ name/],
    [{ channels: ['x'], rate: undefined }, /rate: give one, or a rate to a channel/],
    [{ window: 0.105 }, /window: must be a whole number of samples at 100 Hz; it is 10\.5/],
    [{ window: 0.001 }, /window: must be a whole number/],
    [{ stride: 0.333 }, /stride: must be a whole number of samples at 100 Hz/],
    [{ encoder: 'lstm' }, /encoder: must be "patches", "conv" or "spectrum" \(received "lstm"\)/],
    [{ stages: [8] }, /stages/],
    [{ width: 30, heads: 4 }, /width: must be a multiple of heads, 4/],
    [{ time: { column: 't', unit: 'h' } }, /time: must be a column/],
    [{ coverage: 2 }, /coverage/],
    [{ delimiter: '::' }, /delimiter/],
    [{ chunk: 0 }, /chunk/],
  ])('refuses %j by name', (options, message) => {
    expect(() => sensor({ ...pen, ...options } as never)).toThrow(message);
    expect(() => sensor({ ...pen, ...options } as never)).toThrow('@modalkit/sensor: ');
  });

  test('checks raw samples by its schema', () => {
    const { sample } = adapterOf(sensor(pen));
    const refused = (value: unknown) => 'issues' in (sample['~standard'].validate(value) as object);
    const good = [
      '笔.csv',
      { file: 'a.csv' },
      { file: 'a.csv', start: 1, end: 2 },
      { channels: { x: { times: [0], values: [1] } } },
      { channels: { x: { times: new Float64Array(2), values: new Float32Array(2) } } },
    ];
    const bad = [
      '',
      7,
      {},
      { file: 'a.csv', start: 2, end: 1 },
      { file: 'a.csv', from: 1 },
      { channels: { x: { times: [0], values: [1, 2] } } },
      { channels: { x: { times: ['0'], values: [1] } } },
    ];
    expect([good.map(refused), bad.map(refused)]).toEqual([good.map(() => false), bad.map(() => true)]);
  });
});

describe('serial()', () => {
  const csv = { port: '/dev/ttyUSB0', format: 'csv', channels: ['x', 'y'] } satisfies SerialOptions;

  test('is a plugin that provides a live source', () => {
    const source = sourceOf(serial(csv));
    expect(source).toMatchObject({ id: '@modalkit/sensor', address: '/dev/ttyUSB0', extension: 'csv' });
    expect(source.options).toMatchObject({
      baudRate: 115200,
      columns: ['seq', 'time', 'x', 'y'],
      overflow: 'drop-oldest',
    });
    expect(JSON.parse(JSON.stringify(source.options))).toEqual(source.options);
  });

  test.each([
    [{ format: 'xml' }, /format: must be "csv", "jsonl" or "cobs" \(received "xml"\)/],
    [{ baudRate: 1 }, /baudRate/],
    [{ columns: ['seq', 'x'] }, /columns: lacks the channel "y"/],
    [{ columns: ['x', 'x', 'y'] }, /columns: names a field twice/],
    [{ checksum: 'crc32' }, /checksum/],
    [{ overflow: 'wait' }, /overflow/],
    [{ port: undefined }, /port/],
  ])('refuses %j by name', (options, message) => {
    expect(() => serial({ ...csv, ...options } as never)).toThrow(message);
  });

  test('an address names one', () => {
    const address =
      '/dev/ttyACM0?baud=9600&format=csv&channels=x:100,y:100:px,温度:1:°C&columns=seq,time,温度,x,y&timeUnit=ms&overflow=fail';
    const { options, address: port } = sourceOf(liveSource(address));
    expect(port).toBe('/dev/ttyACM0');
    expect(options).toMatchObject({ baudRate: 9600, format: 'csv', timeUnit: 'ms', overflow: 'fail' });
    expect(options).toMatchObject({ columns: ['seq', 'time', '温度', 'x', 'y'] });
    expect(options).toMatchObject({
      channels: [
        { name: 'x', rate: 100 },
        { name: 'y', rate: 100, unit: 'px' },
        { name: '温度', rate: 1, unit: '°C' },
      ],
    });
    expect(sourceOf(liveSource('/dev/a?channels=x&checksum=crc16')).options).toMatchObject({
      format: 'cobs',
      checksum: 'crc16',
    });
  });

  test.each([
    ['/dev/ttyUSB0', /names no channels; add for example \?format=csv&channels=x:100,y:100/],
    ['/dev/ttyUSB0?bauds=9600&channels=x', /knows no "bauds"; it may have baud, channels/],
    ['/dev/ttyUSB0?baud=fast&channels=x', /baudRate/],
    ['/dev/ttyUSB0?channels=x:often', /channels/],
  ])('the address %s is refused', (address, message) => {
    expect(() => liveSource(address)).toThrow(message);
  });
});
