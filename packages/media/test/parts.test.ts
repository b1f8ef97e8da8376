import { describe, expect, test } from 'vitest';
import { BlockQueue, READ_AHEAD } from '../src/block-queue.js';
import { DeviceClock } from '../src/device-clock.js';
import { countTrouble } from '../src/device-counters.js';
import { DropQueue } from '../src/drop-queue.js';
import { printedTime } from '../src/printed-time.js';
import { sniffDemuxer, sniffPlaylist } from '../src/sniff-demuxer.js';
import { Stopwatch } from '../src/stopwatch.js';
import { TimeQueue } from '../src/time-queue.js';

test('sniffDemuxer: one demuxer by content, none for what names other files', () => {
  const of = (...parts: (string | number[])[]) =>
    sniffDemuxer(
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)))),
    );
  expect(of([0, 0, 0, 24], 'ftypisom')).toBe('mov');
  expect(of([0x1a, 0x45, 0xdf, 0xa3])).toBe('matroska');
  expect(of('RIFF', [1, 2, 3, 4], 'WAVE')).toBe('wav');
  expect(of('RIFF', [1, 2, 3, 4], 'WEBP')).toBeUndefined();
  expect(of('ID3', [4, 0])).toBe('mp3');
  // 1111 1111 1111 1011 is MPEG 1 layer 3, … 0001 is AAC without CRC, … 1001 AAC of MPEG 2
  expect([of([0xff, 0xfb]), of([0xff, 0xf3]), of([0xff, 0xf1]), of([0xff, 0xf9]), of([0xff, 0xd8])]).toEqual([
    'mp3',
    'mp3',
    'aac',
    'aac',
    undefined,
  ]);
  expect(of('G', Array(187).fill(0), 'G', Array(187).fill(0), 'G')).toBe('mpegts');
  expect(of('G', Array(400).fill(0))).toBeUndefined();
  expect(['#EXTM3U', 'ffconcat version 1.0', '<?xml?><MPD>', '\x89PNG', ''].map((text) => of(text))).toEqual(
    Array(5).fill(undefined),
  );
  expect(sniffPlaylist(Buffer.from('<?xml version="1.0"?>\n<MPD xmlns="urn">'))).toBe('a DASH manifest');
  expect(sniffPlaylist(Buffer.from('hello'))).toBeUndefined();
});

test('printedTime: only what the filter printed, at its level', () => {
  expect(printedTime('[error] 1.040000')).toBe(1.04);
  expect(printedTime('[Eval @ 0x55d0] [error] -0.020000')).toBe(-0.02);
  expect(printedTime('[error] -nan')).toBeNaN();
  expect(printedTime('[warning] 1.000000')).toBeUndefined();
  expect(printedTime('[warning] 1.000000', 'warning')).toBe(1);
  expect(printedTime('    title           : [error] 1.000000')).toBeUndefined();
});

test('BlockQueue: pieces of any length, each block in memory of its own', async () => {
  const queue = new BlockQueue(4, () => {}, false);
  for (const length of [1, 5, 0, 7]) queue.push(Buffer.alloc(length, length));
  queue.end();
  queue.end();
  const blocks: Uint8Array[] = [];
  for await (const block of queue) blocks.push(block);
  expect(blocks.map((block) => [...block])).toEqual([[1, 5, 5, 5], [5, 5, 7, 7], [7, 7, 7, 7], [7]]);
  expect(new Set(blocks.map(({ buffer }) => buffer)).size).toBe(4);
});

test('BlockQueue: blocks of memory that is used again are right until the next is asked for', async () => {
  const queue = new BlockQueue(4, () => {}, true);
  const [read, buffers]: [number[][], Set<unknown>] = [[], new Set()];
  queue.push(Uint8Array.from({ length: 12 }, (_, index) => index));
  for await (const block of queue) {
    read.push([...block]);
    buffers.add(block.buffer);
    if (read.length < 10) queue.push(Uint8Array.from({ length: 4 }, (_, index) => 12 + 4 * (read.length - 1) + index));
    else queue.end();
  }
  expect(read.flat()).toEqual(Array.from({ length: 48 }, (_, index) => index));
  expect(buffers.size).toBe(5);
});

test('BlockQueue: whoever writes waits for whoever reads', async () => {
  const block = READ_AHEAD / 4;
  let [written, waited] = [0, 0];
  const write = () => {
    while (written < 20) if (!queue.push(Buffer.alloc(block, written++))) return void waited++;
    queue.end();
  };
  const queue = new BlockQueue(block, write, false);
  write();
  expect(written).toBe(4);
  const read: number[] = [];
  for await (const [value] of queue) {
    read.push(value!);
    expect(written - read.length).toBeLessThanOrEqual(4);
  }
  expect(read).toEqual(Array.from({ length: 20 }, (_, count) => count));
  expect(waited).toBeGreaterThan(4);
});

test('TimeQueue: before and after it is asked, and none when closed', async () => {
  const times = new TimeQueue();
  times.push(1);
  expect(await times.next()).toBe(1);
  const next = times.next();
  times.push(2);
  expect(await next).toBe(2);
  const last = times.next();
  times.close();
  expect([await last, await times.next()]).toEqual([undefined, undefined]);
});

test('Stopwatch: several waits use up one time', async () => {
  let called = 0;
  const watch = new Stopwatch(0.1, () => called++);
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  await watch.during(wait(30));
  await wait(120);
  expect(watch.expired).toBe(false);
  await watch.during(wait(150));
  expect([watch.expired, called]).toEqual([true, 1]);
});

test('DropQueue: the oldest goes, the next is told', async () => {
  const told: unknown[] = [];
  const queue = new DropQueue<number>(2, (...pair) => told.push(pair));
  for (const item of [1, 2, 3]) queue.push(item);
  queue.close();
  expect(told).toEqual([[1, 2]]);
  expect([await queue.next(), await queue.next(), await queue.next()]).toEqual([2, 3, undefined]);
});

describe('DeviceClock', () => {
  test('takes the promptest arrival', () => {
    const clock = new DeviceClock();
    expect(clock.place(0.1, 10.1)).toEqual({ offset: 10, skipped: 0 });
    // late by 0.1: nothing changes
    expect(clock.place(0.2, 10.3).offset).toBeCloseTo(10, 9);
    // early by 0.05: corrected by at most 1 % of the 0.1 s that passed
    expect(clock.place(0.3, 10.25).offset).toBeCloseTo(9.999, 9);
  });

  test('follows a crystal that is 200 ppm fast to within a millisecond', () => {
    const clock = new DeviceClock();
    let worst = 0;
    for (let block = 1; block <= 6000; block++) {
      const position = block * 0.1;
      const arrived = position / 1.0002;
      const { offset } = clock.place(position, arrived);
      worst = Math.max(worst, Math.abs(position + offset - arrived));
    }
    expect(worst).toBeLessThan(1e-3);
  });

  test('tells when the device skipped a part', () => {
    const clock = new DeviceClock();
    const skips: number[] = [];
    for (let block = 1; block <= 80; block++) {
      const late = block > 30 ? 1 : 0;
      const { skipped } = clock.place(block * 0.1, block * 0.1 + late);
      if (skipped) skips.push(skipped);
    }
    expect(skips).toHaveLength(1);
    expect(skips[0]).toBeCloseTo(1, 6);
  });
});

test('countTrouble reads what ffmpeg says', () => {
  const counters = { used: 0, dropped: 0, lost: 0, bad: 0, reconnects: 0, gaps: 0 };
  countTrouble('[rtsp @ 0x1] [warning] RTP: missed 3 packets', counters);
  countTrouble('[alsa @ 0x1] [warning] ALSA buffer xrun.', counters);
  countTrouble('[error] Error while decoding stream #0:0: Invalid data found', counters);
  expect(counters).toMatchObject({ lost: 4, bad: 1 });
});
