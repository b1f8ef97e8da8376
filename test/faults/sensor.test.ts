import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import type { LiveEvent } from '@modalkit/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { cobsDecode } from '../../plugins/sensor/src/live/cobs.js';
import type { SensorChunk } from '../../plugins/sensor/src/live/sensor-chunk.js';
import { serialSource } from '../../plugins/sensor/src/live/serial.js';
import { parseSerialOptions, type SerialOptions } from '../../plugins/sensor/src/live/serial-options.js';
import { bytesOfDevice, type Device, type Plan, startDevice } from './sensor/device.js';
import { accounted, makePipeline } from './sensor/pipeline.js';

const full = Boolean(process.env.MODALKIT_FULL);
/** Full: 10^6 packets in 100 s with a hang-up every 5 s. */
const plan: Plan = {
  packets: full ? 1_000_000 : 20_000,
  rate: full ? 10_000 : 4000,
  hangups: full ? 20 : 4,
  half: 0.005,
  flipped: 0.005,
  garbage: 0.01,
  endless: full ? 20 : 2,
  seed: 7,
};
const channels = Object.fromEntries([...'abcdefgh'].map((name) => [name, { rate: plan.rate }]));
const cobs = { format: 'cobs', channels } satisfies Partial<SerialOptions>;

let device: Device | undefined;
afterEach(async () => {
  await device?.stop();
  device = undefined;
});

function contextOf() {
  const stop = new AbortController();
  const notices: { message: string; at: number }[] = [];
  const notice = (message: string) => notices.push({ message, at: Date.now() / 1000 });
  return { now: () => performance.now() / 1000, signal: stop.signal, notice, stop, notices };
}

/** Values are what the device computes them from; the number of those that are not. */
function wrongValues({ sequence, channels: columns }: SensorChunk): number {
  const names = Object.keys(columns);
  return [...sequence].filter((number, row) =>
    names.some((name, channel) => columns[name]![row] !== (number * (channel + 1)) % 1000),
  ).length;
}

describe('F14: a device on a pseudo-terminal', { timeout: 600_000 }, () => {
  it(`that hangs up, sends noise, half and damaged packets, and bytes without an end (${plan.packets} packets)`, async () => {
    device = await startDevice(plan);
    const context = contextOf();
    const stream = serialSource(parseSerialOptions({ ...cobs, port: device.port } as SerialOptions)).open(context);
    const order: (number | 'gap')[] = [];
    let [wrong, cuts, lastTime] = [0, 0, 0];
    for await (const event of stream as AsyncIterable<LiveEvent<SensorChunk>>) {
      expect(event.time[0]).toBeGreaterThanOrEqual(lastTime);
      lastTime = event.time[1];
      if (event.kind === 'data') {
        wrong += wrongValues(event.value);
        for (const number of event.value.sequence) order.push(number);
        if (order.at(-1) === plan.packets - 1) context.stop.abort();
      } else if (event.reason === 'disconnected') {
        cuts++;
        order.push('gap');
      }
    }
    const told = await device.told;
    const counters = stream.counters() as never;
    expect(wrong).toBe(0);
    expect(cuts).toBe(told.hangups);
    expect(accounted(counters)).toBe(told.packets);
    expect(lostOutsideGaps(order, new Set(told.damaged))).toEqual([]);
    expect(counters).toMatchObject({ reconnects: told.hangups, duplicate: 0, late: 0, dropped: 0, restarts: 0 });
    const backs = context.notices.filter(({ message }) => message.includes('connected again'));
    backs.forEach(({ at }, turn) => {
      expect(at - told.ready[turn + 1]!).toBeLessThanOrEqual(2);
    });
    expect(backs).toHaveLength(told.hangups);
  });

  it('8 MB without a delimiter take at most 100 ms, of which at most 64 KiB are kept; the next packet is read', () => {
    const { pipeline, counters, format } = makePipeline(cobs as Partial<SerialOptions>);
    const junk = new Uint8Array(65_536).fill(0x55);
    let most = 0;
    const begin = performance.now();
    for (let part = 0; part < 128; part++) {
      pipeline.push(junk, 0);
      most = Math.max(most, pipeline.buffered);
    }
    expect(performance.now() - begin).toBeLessThanOrEqual(100);
    expect(most).toBeLessThanOrEqual(65_536);
    pipeline.push(Uint8Array.of(0, ...format.encode({ sequence: 1, device: 0, values: Array(8).fill(1) })), 0);
    expect(counters).toMatchObject({ used: 1, noise: 1 });
  });

  it('control: serialport’s own parser keeps everything and takes longer the more there is', () => {
    const require = createRequire(new URL('../../plugins/sensor/package.json', import.meta.url));
    const { DelimiterParser } = require('serialport') as {
      DelimiterParser: new (options: { delimiter: Buffer }) => Writable;
    };
    const took = (megabytes: number) => {
      const parser = new DelimiterParser({ delimiter: Buffer.of(0) });
      const begin = performance.now();
      for (let part = 0; part < 16 * megabytes; part++) parser.write(Buffer.alloc(65_536, 0x55));
      return performance.now() - begin;
    };
    took(1);
    expect(took(4)).toBeGreaterThan(6 * took(1));
  });

  it('control: a reader that checks no checksum passes damaged packets', () => {
    const { bytes, told } = bytesOfDevice({ ...plan, packets: 20_000, garbage: 0, endless: 0 });
    const naive = new Set<number>();
    const plain = new Uint8Array(128);
    for (let start = 0, end = bytes.indexOf(0); end >= 0; start = end + 1, end = bytes.indexOf(0, start))
      if (cobsDecode(bytes, start, end, plain) === 52) naive.add(new DataView(plain.buffer).getUint32(0, true));
    expect(told.damaged.filter((sequence) => naive.has(sequence)).length).toBeGreaterThan(10);
    const { pipeline, queue, counters } = makePipeline({ ...cobs, buffer: 100_000 } as Partial<SerialOptions>);
    for (let from = 0; from < bytes.length; from += 4096) pipeline.push(bytes.subarray(from, from + 4096), from / 1e6);
    pipeline.end(1);
    queue.end();
    expect(counters).toMatchObject({ used: 20_000 - told.damaged.length, lost: 0, bad: told.damaged.length });
  });
});

/** Numbers that are missing though neither was the line cut there nor were they damaged. */
function lostOutsideGaps(order: readonly (number | 'gap')[], damaged: ReadonlySet<number>): number[] {
  const lost: number[] = [];
  let [next, cut] = [0, false];
  for (const entry of order) {
    if (entry === 'gap') {
      cut = true;
      continue;
    }
    for (let missing = next; missing < entry; missing++) if (!cut && !damaged.has(missing)) lost.push(missing);
    next = entry + 1;
    cut = false;
  }
  return lost;
}
