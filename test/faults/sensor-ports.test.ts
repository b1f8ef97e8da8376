import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveEvent } from '@modalkit/contract';
import { build } from 'tsup';
import { afterEach, describe, expect, it } from 'vitest';
import type { SensorChunk } from '../../plugins/sensor/src/live/sensor-chunk.js';
import { serialSource } from '../../plugins/sensor/src/live/serial.js';
import { parseSerialOptions } from '../../plugins/sensor/src/live/serial-options.js';
import { type Device, startDevice, startOnPort } from './sensor/device.js';

const quiet = { packets: 400, rate: 200, hangups: 0, half: 0, flipped: 0, garbage: 0, endless: 0, seed: 1 };

let device: Device | undefined;
afterEach(async () => {
  await device?.stop();
  device = undefined;
});

/** The events of a port until `enough`, and what was told. */
async function read(
  port: string,
  options: object = {},
  enough: (events: LiveEvent<SensorChunk>[]) => boolean = () => false,
) {
  const stop = new AbortController();
  const notices: string[] = [];
  const channels = Object.fromEntries([...'abcdefgh'].map((name) => [name, { rate: 200 }]));
  const source = serialSource(parseSerialOptions({ port, format: 'cobs', channels, ...options } as never));
  const context = {
    now: () => performance.now() / 1000,
    signal: stop.signal,
    notice: (message: string) => notices.push(message),
  };
  const events: LiveEvent<SensorChunk>[] = [];
  const stream = source.open(context);
  for await (const event of stream as AsyncIterable<LiveEvent<SensorChunk>>) {
    events.push(event);
    if (enough(events)) stop.abort();
  }
  return { events, notices, stop, counters: stream.counters() };
}

describe('a port that cannot be read is told in one sentence', { timeout: 60_000 }, () => {
  const message = (port: string) =>
    read(port).then(
      () => 'no error',
      (error) => {
        expect(error.code).toBe('DATA');
        expect(error.message).toMatch(/^Serial port [^\n]+\.$/);
        return error.message as string;
      },
    );

  it('that is not there', async () => {
    expect(await message('/dev/ttyNOPE7')).toMatch(/\/dev\/ttyNOPE7: there is no such port \(.+\); plug the device in/);
  });

  it('that is a file or a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'modalkit-port-'));
    await writeFile(join(folder, 'a.csv'), '1,2');
    expect(await message(join(folder, 'a.csv'))).toMatch(/is no serial device/);
    expect(await message(folder)).toMatch(/is no serial device/);
  });

  it('without permission', async () => {
    device = await startDevice(quiet);
    const node = await realpath(device.port);
    await chmod(node, 0o600);
    const root = process.getuid!() === 0;
    if (root) process.seteuid!(65_534);
    else await chmod(node, 0);
    try {
      expect(await message(node)).toMatch(/permission denied; add yourself to the group that owns it/);
    } finally {
      if (root) process.seteuid!(0);
    }
  });

  it('at a wrong baud rate: nothing but garbage comes', async () => {
    device = await startOnPort('socat', (port) => [
      '-u',
      '-b64',
      'OPEN:/dev/urandom',
      `PTY,link=${port},rawer,wait-slave`,
    ]);
    const begin = performance.now();
    const error = await read(device.port, { baudRate: 9600 }).catch((cause) => cause);
    expect(error.message).toMatch(
      /\d+ bytes in 3\.\d s and not one cobs packet among them .*; check baudRate, 9600, format and channels\.$/,
    );
    expect(performance.now() - begin).toBeLessThan(6000);
  });
});

describe('a device', { timeout: 60_000 }, () => {
  it('that is unplugged and stays away leaves a gap up to the end', async () => {
    device = await startDevice(quiet);
    const told = device;
    const stop = new AbortController();
    const source = serialSource(
      parseSerialOptions({ port: device.port, format: 'cobs', channels: [...'abcdefgh'] } as never),
    );
    const notices: string[] = [];
    const context = {
      now: () => performance.now() / 1000,
      signal: stop.signal,
      notice: (text: string) => notices.push(text),
    };
    const events: LiveEvent<SensorChunk>[] = [];
    for await (const event of source.open(context)) {
      events.push(event);
      if (events.length !== 5) continue;
      told.process.kill('SIGKILL');
      setTimeout(() => stop.abort(), 800);
    }
    expect(notices).toEqual([`${told.port}: connected.`, `${told.port}: disconnected; waiting for it to come back.`]);
    expect(events.at(-1)).toMatchObject({ kind: 'gap', reason: 'disconnected' });
    expect(events.at(-1)!.time[1] - events.at(-1)!.time[0]).toBeGreaterThan(0.3);
  });

  it('ends with its signal, its port free again', async () => {
    device = await startDevice({ ...quiet, packets: 100_000 });
    const first = await read(device.port, {}, (events) => events.length === 3);
    expect(first.events.length).toBeGreaterThanOrEqual(3);
    // The test runner reads files of its own meanwhile: those reads end, one of an open port would not.
    const open = () => process.getActiveResourcesInfo().filter((kind) => /Poll|FSReq/.test(kind));
    await expect.poll(open, { timeout: 5000 }).toEqual([]);
  });
});

it('what a recording was given a second ago survives a kill', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-kill-'));
  await build({
    config: false,
    entry: { record: join(import.meta.dirname, '../../plugins/sensor/src/live/record-csv.ts') },
    outDir: folder,
    format: ['esm'],
    noExternal: [/.*/],
    silent: true,
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions: (options) => {
      options.conditions = ['modalkit-src'];
    },
  });
  const script = `import { recordCsv } from './record.mjs';
    const recorder = await recordCsv('killed.csv', 0, ['x']);
    for (let row = 0; ; row++) {
      const times = Float64Array.of(row);
      await recorder.write({ kind: 'data', value: { times, sequence: times, channels: { x: new Float32Array(1) } } });
      process.stdout.write(row + '\\n');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }`;
  await writeFile(join(folder, 'child.mjs'), script);
  const child = spawn(process.execPath, ['child.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let [written, old] = [0, 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text.split('\n').length - 1;
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  old = written;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  const rows = (await readFile(join(folder, 'killed.csv'), 'utf8')).split('\n').length - 2;
  expect(old).toBeGreaterThan(50);
  expect(rows).toBeGreaterThanOrEqual(old);
});
