import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type DeviceSpec, openAudioDevice, openFrameDevice } from '../src/index.js';
import { children, level, scratch } from './helpers.js';
import { RtspServer } from './rtsp-server.js';

const folder = scratch();
const now = () => performance.now() / 1000;
const size = { width: 8, height: 8, fit: 'stretch', channels: 1 } as const;

function session(notices: string[] = []) {
  const stop = new AbortController();
  return {
    stop,
    notices,
    context: { now, signal: stop.signal, notice: (message: string) => void notices.push(message) },
  };
}

function fifo(name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
}

describe('sources of ffmpeg', () => {
  test('sound in blocks whose times follow each other, until it is exhausted', async () => {
    const { context } = session();
    const device: DeviceSpec = { kind: 'test', address: 'sine=frequency=440:duration=0.6' };
    const stream = openAudioDevice(device, { ...context, sampleRate: 16000 });
    const blocks = [];
    for await (const block of stream) blocks.push(block);
    expect(blocks.reduce((sum, { samples }) => sum + samples.length, 0)).toBe(9600);
    expect(level(blocks[2]!.samples)).toBeGreaterThan(0.08);
    for (const [index, { time }] of blocks.entries())
      if (index > 0) expect(time - blocks[index - 1]!.time).toBeCloseTo(0.1, 2);
    expect(stream.counters()).toEqual({ used: blocks.length, dropped: 0, lost: 0, bad: 0, reconnects: 0, gaps: 0 });
    expect(children()).toEqual([]);
  });

  test('frames at the asked rate; a break leaves no process', async () => {
    const { context } = session();
    const device: DeviceSpec = { kind: 'test', address: 'testsrc=size=32x32:rate=50' };
    const times: number[] = [];
    for await (const { time, pixels } of openFrameDevice(device, { ...context, ...size, fps: 10 })) {
      expect(pixels).toHaveLength(64);
      if (times.push(time) === 6) break;
    }
    expect(times[5]! - times[0]!).toBeCloseTo(0.5, 1);
    expect(children()).toEqual([]);
  });

  test('an abort ends the iteration without an error', async () => {
    const { context, stop } = session();
    const device: DeviceSpec = { kind: 'test', address: 'anullsrc' };
    let blocks = 0;
    for await (const _ of openAudioDevice(device, { ...context, sampleRate: 8000 })) if (++blocks === 3) stop.abort();
    expect(blocks).toBeGreaterThanOrEqual(3);
    expect(children()).toEqual([]);
  });

  test('a microphone of ALSA', async () => {
    const { context } = session();
    for await (const { samples } of openAudioDevice(
      { kind: 'microphone', address: 'null' },
      { ...context, sampleRate: 16000 },
    )) {
      expect(samples).toHaveLength(1600);
      break;
    }
  });
});

describe('a pipe', () => {
  test('that is written to again after its writer went: reconnected, the gap told, every sample there', async () => {
    const path = fifo('麦克风');
    const { context, stop, notices } = session();
    const format = { demuxer: 's16le', sampleRate: 8000, channels: 1 } as const;
    const stream = openAudioDevice(
      { kind: 'pipe', address: path, format },
      { ...context, sampleRate: 8000, blockSeconds: 0.05 },
    );
    const write = async (value: number) => {
      const handle = await open(path, 'w');
      await handle.write(new Uint8Array(Int16Array.from({ length: 4000 }, () => value).buffer));
      await handle.close();
    };
    const writing = write(8192)
      .then(() => sleep(700))
      .then(() => write(-8192));
    const gaps = [];
    const values: number[] = [];
    for await (const { samples, gap } of stream) {
      if (gap) gaps.push(gap);
      values.push(...samples);
      if (values.length === 8000) stop.abort();
    }
    await writing;
    expect(values.slice(0, 4000).every((value) => value === 0.25)).toBe(true);
    expect(values.slice(4000).every((value) => value === -0.25)).toBe(true);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]!.reason).toBe('the device was lost');
    expect(gaps[0]!.end - gaps[0]!.start).toBeGreaterThan(0.15);
    expect(stream.counters()).toEqual({ used: 20, dropped: 0, lost: 0, bad: 0, reconnects: 1, gaps: 1 });
    expect(notices).toEqual([
      expect.stringContaining('was lost (it ended); trying again in 0.25 s.'),
      expect.stringContaining('is back.'),
    ]);
  });

  test('with a slow consumer: the oldest go, each frame is in one counter, memory is bounded', async () => {
    const path = fifo('camera');
    const { context } = session();
    const sent = 200;
    // y4m frames of 64 x 64 whose value is their number
    const writer = createWriteStream(path);
    const feed = async () => {
      writer.write('YUV4MPEG2 W64 H64 F100:1 Ip A1:1 Cmono XCOLORRANGE=FULL\n');
      for (let frame = 0; frame < sent; frame++)
        if (!writer.write(Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(4096, frame)])))
          await once(writer, 'drain');
      writer.end();
    };
    const feeding = feed();
    const device: DeviceSpec = { kind: 'pipe', address: path, format: { demuxer: 'yuv4mpegpipe' } };
    const stream = openFrameDevice(device, { ...context, ...size, fps: 1000, queueSeconds: 0.02 });
    const values: number[] = [];
    const gaps: unknown[] = [];
    for await (const { pixels, gap } of stream) {
      const number = pixels.at(-1)!; // the scaler dithers the first rows
      values.push(number);
      if (gap) gaps.push(gap.reason);
      if (number === sent - 1) break;
      await sleep(15);
    }
    await feeding;
    const { used, dropped, gaps: counted, ...rest } = stream.counters();
    expect(used).toBe(values.length);
    expect(used + dropped).toBe(sent);
    expect(dropped).toBeGreaterThan(100);
    expect(rest).toEqual({ lost: 0, bad: 0, reconnects: 0 });
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(gaps).toHaveLength(counted);
    expect(gaps).toContain('the consumer was too slow');
  });

  test('that is no FIFO, or not there', async () => {
    const { context } = session();
    const format = { demuxer: 'wav' } as const;
    const first = (address: string) =>
      openAudioDevice({ kind: 'pipe', address, format }, { ...context, sampleRate: 8000 })
        [Symbol.asyncIterator]()
        .next();
    await expect(first(folder)).rejects.toThrow(
      `Device pipe "${folder}" is no FIFO; make one with mkfifo and name it.`,
    );
    await expect(first(join(folder, 'none'))).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringContaining('is not there'),
    });
  });
});

test('a network camera that hangs up is connected to again', async () => {
  const server = new RtspServer(join(folder, 'camera.sdp'));
  const address = await server.start();
  const { context, stop, notices } = session();
  try {
    const stream = openFrameDevice(
      { kind: 'rtsp', address: address.replace('//', '//user:secret@') },
      { ...context, ...size, fps: 25 },
    );
    let frames = 0;
    let gap: unknown;
    for await (const frame of stream) {
      if (++frames === 5) server.hangUp();
      gap ??= frame.gap;
      if (stream.counters().reconnects === 1 && frames > 8) stop.abort();
    }
    expect(gap).toMatchObject({ reason: 'the device was lost' });
    expect(stream.counters()).toMatchObject({ reconnects: 1, gaps: 1, dropped: 0 });
    expect(notices[0]).toMatch(/^Device rtsp "rtsp:\/\/127.0.0.1:\d+\/camera" was lost \(/);
    expect(notices.join()).not.toContain('secret');
  } finally {
    server.stop();
  }
  await expect(
    openFrameDevice({ kind: 'rtsp', address }, { ...session().context, ...size, fps: 25 })
      [Symbol.asyncIterator]()
      .next(),
  ).rejects.toThrow(/^Device rtsp ".*" gives nothing \(.*Connection refused/);
}, 30_000);

describe('what may be named', () => {
  test.each([
    [{ kind: 'rtsp', address: 'http://127.0.0.1/x' }, 'rtsp://host/path'],
    [{ kind: 'camera', address: 'relative' }, 'address'],
    [{ kind: 'test', address: 'movie=/etc/passwd' }, 'address'],
    [{ kind: 'test', address: 'sine[x];amovie=a.wav' }, 'address'],
    [{ kind: 'pipe', address: '/a', format: { demuxer: 'hls' } }, 'format'],
    [{ kind: 'microphone', address: 'a\nb' }, 'control characters'],
    [{ kind: 'file', address: '/a' }, 'kind'],
    [{ kind: 'rtsp', address: 'rtsp://a/b', extra: 1 }, 'extra'],
  ])('%o is refused', (device, word) => {
    const { context } = session();
    const opened = () => openAudioDevice(device as DeviceSpec, { ...context, sampleRate: 8000 });
    expect(opened).toThrow(expect.objectContaining({ code: 'OPTIONS', message: expect.stringContaining(word) }));
  });

  test('a camera that is not there', async () => {
    const { context } = session();
    const first = openFrameDevice({ kind: 'camera', address: '/dev/video77' }, { ...context, ...size, fps: 5 })
      [Symbol.asyncIterator]()
      .next();
    await expect(first).rejects.toMatchObject({
      code: 'CONFIG',
      message:
        'Device camera "/dev/video77" gives nothing (Cannot open video device /dev/video77: No such file or directory); check its address and that it is free.',
    });
  });
});
