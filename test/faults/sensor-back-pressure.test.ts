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

const SECONDS = process.env.MODALKIT_FULL ? 60 : 3;
const FLOOD = join(import.meta.dirname, 'sensor', 'flood.mjs');
const MIB = 2 ** 20;
/** Bytes a second that the consumer takes, and bytes of a packet. */
const [SLOW, PACKET] = [1e6, 38];

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

describe('F16: a device that sends faster than its packets are taken', { timeout: 300_000 }, () => {
  it.each(['drop-oldest', 'drop-newest'])('%s: memory stays, and every packet is counted', async (overflow) => {
    const { sent, taken, ordered, gaps, growth, counters } = await flood({ overflow }, SLOW);
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

  it('in memory, faster than any line: memory stays; control: without a bound it grows', async () => {
    const values = new Float32Array(8).fill(1);
    const grown = (buffer: number) => {
      const { queue, counters } = makePipeline({ channels: [...'abcdefgh'], buffer } as never);
      const before = process.memoryUsage().rss;
      const begin = performance.now();
      for (let number = 0; number < 4_000_000; number++) queue.packet(number, number, number, number, values, 0);
      const seconds = (performance.now() - begin) / 1000;
      expect(accounted(counters)).toBe(4_000_000);
      return { growth: (process.memoryUsage().rss - before) / MIB, megabytes: (4 * 54) / seconds };
    };
    const { growth, megabytes } = grown(65_536);
    expect(megabytes).toBeGreaterThan(20);
    expect(growth).toBeLessThanOrEqual(64);
    expect(grown(10_000_000).growth).toBeGreaterThan(64);
  });
});
