import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveEvent } from '@modalkit/contract';
import { afterEach, describe, expect, it } from 'vitest';
import type { SensorCounters } from '../../plugins/sensor/src/live/counters.js';
import type { SensorChunk } from '../../plugins/sensor/src/live/sensor-chunk.js';
import { serialSource } from '../../plugins/sensor/src/live/serial.js';
import { parseSerialOptions } from '../../plugins/sensor/src/live/serial-options.js';
import { type Device, startOnPort } from './sensor/device.js';
import { accounted, makePipeline } from './sensor/pipeline.js';

const SECONDS = process.env.MODALKIT_FULL ? 60 : 1.5;
const FLOOD = join(import.meta.dirname, 'sensor', 'flood.mjs');
const MIB = 2 ** 20;
/** Bytes a second that the consumer takes: less than comes on a machine that is busy too. Bytes of a packet. */
const [SLOW, PACKET] = [1e5, 38];

let device: Device | undefined;
afterEach(async () => {
  await device?.stop();
  device = undefined;
});

/** Floods a pseudo-terminal for some seconds and takes its events slowly until `count` is known and nothing more comes. */
async function flood(options: { readonly overflow: string; readonly buffer?: number }, bytesPerSecond: number) {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-flood-'));
  const file = join(folder, 'count');
  const producer = `EXEC:${process.execPath} ${FLOOD} ${SECONDS} ${file}`;
  device = await startOnPort('socat', (port) => ['-u', '-b65536', producer, `PTY,link=${port},rawer,wait-slave`]);
  const channels = Object.fromEntries([...'abcdefgh'].map((name) => [name, { rate: 1e5 }]));
  const stop = new AbortController();
  const context = { now: () => performance.now() / 1000, signal: stop.signal, notice: () => undefined };
  const source = serialSource(
    parseSerialOptions({ port: device.port, format: 'csv', channels, clock: 'device', ...options } as never),
  );
  const stream = source.open(context);
  const counters = () => stream.counters() as unknown as SensorCounters;
  let [tooMany, taken, most, gaps, last, ordered] = [0, 0, 0, 0, -1, true];
  let error: unknown;
  let next = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
    // The end: the producer is done and nothing came since the last look.
    const seen = accounted(counters());
    if (existsSync(file) && seen > 0 && seen === next) stop.abort();
    next = seen;
  }, 250);
  const before = process.memoryUsage().rss;
  try {
    for await (const event of stream as AsyncIterable<LiveEvent<SensorChunk>>) {
      if (event.kind === 'gap') {
        gaps++;
        continue;
      }
      for (const number of event.value.sequence) {
        ordered &&= number > last;
        last = number;
      }
      taken += event.value.sequence.length;
      // A consumer that stands still goes on when the first packet had to be left out.
      while (bytesPerSecond === 0 && tooMany === 0) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (counters().dropped > 0) tooMany = performance.now();
      }
      if (!stop.signal.aborted && bytesPerSecond > 0)
        await new Promise((resolve) =>
          setTimeout(resolve, (1000 * PACKET * event.value.sequence.length) / bytesPerSecond),
        );
    }
  } catch (cause) {
    error = cause;
  }
  clearInterval(watch);
  const seconds = (performance.now() - tooMany) / 1000;
  if (error !== undefined) return { error, seconds } as never;
  const sent = Number(readFileSync(file, 'utf8'));
  await rm(folder, { recursive: true });
  return { sent, taken, ordered, gaps, growth: (most - before) / MIB, counters: counters(), seconds, error };
}

/** Bytes of a packet of 32 channels on a line, and packets that come and are taken in a millisecond. */
const WIDE = 144;
const [COME, TAKEN] = [1e8 / WIDE / 1000, 1e6 / WIDE / 1000];

/** 100 MB/s against 1 MB/s, by a clock of its own: however fast the machine is, a hundred packets come for one that is taken. */
async function torrent(options: { readonly overflow: string; readonly buffer?: number }, seconds: number) {
  const channels = Array.from({ length: 32 }, (_, index) => `c${index}`);
  const { queue, counters } = makePipeline({ channels, ...options } as never);
  const values = new Float32Array(32).fill(1);
  const events = queue.events();
  let [sent, taken, failed, before, most]: [number, number, number | undefined, number, number] = [
    0,
    0,
    undefined,
    0,
    0,
  ];
  for (let time = 0; time < 1000 * seconds && failed === undefined; time++) {
    for (; sent < COME * (time + 1) && !(options.overflow === 'fail' && counters.dropped > 0); sent++)
      queue.packet(sent, sent, sent, sent, values, 0);
    if (time % 50 === 0) {
      most = Math.max(most, process.memoryUsage().rss);
      if (time <= 200 * seconds) before = most; // until the queue is full and the code compiled
    }
    if (taken > TAKEN * time) continue;
    const { value } = await events.next().catch(() => ({ value: undefined }));
    if (value === undefined) failed = time / 1000;
    else if (value.kind !== 'gap') taken += value.value.sequence.length;
  }
  queue.end();
  for (const event of failed === undefined ? queue.takeAll() : [])
    if (event.kind !== 'gap') taken += event.value.sequence.length;
  return { sent, taken, failed, growth: (most - before) / MIB, counters };
}

describe('F16: a device that sends faster than its packets are taken', { timeout: 300_000 }, () => {
  it.each(['drop-oldest', 'drop-newest'])('%s: memory stays, and every packet is counted', async (overflow) => {
    const { sent, taken, ordered, gaps, growth, counters } = await flood({ overflow, buffer: 4096 }, SLOW);
    expect(accounted(counters)).toBe(sent);
    expect([counters.used, ordered]).toEqual([taken, true]);
    expect(counters).toMatchObject({ bad: 0, late: 0, duplicate: 0, lost: 0 });
    expect(counters.dropped).toBeGreaterThan(sent / 4);
    expect(gaps).toBeGreaterThan(0);
    expect(growth).toBeLessThanOrEqual(64);
  });

  it('fail: ends within a second of the moment when too many wait', async () => {
    const { error, seconds } = await flood({ overflow: 'fail', buffer: 4096 }, 0);
    const message = expect.stringMatching(/the consumer is too slow, 4096 packets wait/);
    expect(error).toMatchObject({ code: 'DATA', message });
    expect(seconds).toBeLessThanOrEqual(1);
  });

  it('a consumer that is fast enough gets everything', async () => {
    const { sent, taken, counters } = await flood({ overflow: 'fail', buffer: 1_000_000 }, Number.POSITIVE_INFINITY);
    expect([taken, counters.used, counters.dropped]).toEqual([sent, sent, 0]);
  });

  describe('100 MB/s, more than any line brings, against 1 MB/s', () => {
    const VIRTUAL = process.env.MODALKIT_FULL ? 60 : 3;

    it.each(['drop-oldest', 'drop-newest'])('%s: memory stays, and every packet is counted', async (overflow) => {
      const { sent, taken, growth, counters, failed } = await torrent({ overflow }, VIRTUAL);
      expect(failed).toBeUndefined();
      expect(sent * WIDE).toBeGreaterThan(0.999e8 * VIRTUAL);
      expect(accounted(counters)).toBe(sent);
      expect(counters.used).toBe(taken);
      expect(counters.dropped).toBeGreaterThan(0.9 * sent);
      expect(growth).toBeLessThanOrEqual(64);
    });

    it('fail: ends within a second', async () => {
      const { sent, taken, counters, failed } = await torrent({ overflow: 'fail' }, VIRTUAL);
      expect(failed).toBeLessThanOrEqual(1);
      expect(accounted(counters)).toBe(sent);
      expect(counters.used).toBe(taken);
    });

    it('control: without a bound memory grows', async () => {
      const { growth } = await torrent({ overflow: 'drop-oldest', buffer: 10_000_000 }, 3);
      expect(growth).toBeGreaterThan(64);
    });
  });
});
