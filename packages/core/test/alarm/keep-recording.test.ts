import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveContext, LiveEvent } from '@modalkit/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepRecording } from '../../src/alarm/keep-recording.js';
import { KeptEvents } from '../../src/alarm/kept-events.js';
import { readLabels, readRecording } from '../../src/live/index.js';
import { type Act, datum, gap, scriptedSource } from '../live/scripted-source.js';

let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'modalkit-kept-')), 'alarm');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

const context = { now: () => 0, signal: new AbortController().signal, notice: () => undefined } as LiveContext;
const dateOf = (seconds: number) => new Date(Date.UTC(2026, 2, 1, 10) + 1000 * seconds);
/** A value a second, from second 0 on. */
const seconds = (count: number): Act[] => Array.from({ length: count }, (_, at) => datum(at, at, at + 1));

/** Streams that are read event by event; what is kept of them around an alarm. */
function listen(scripts: Record<string, Act[]>, kept: number) {
  const events = new KeptEvents(kept);
  const sources = Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => [
      name,
      { source: scriptedSource(script), made: { by: 'config' as const } },
    ]),
  );
  const readers = Object.fromEntries(
    Object.entries(sources).map(([name, { source }]) => {
      const feed = { source, open: (given: LiveContext) => source.open(given) };
      return [name, events.overhear(name, feed).open(context)[Symbol.asyncIterator]()];
    }),
  );
  const read = async (name: string, count: number) => {
    for (; count > 0; count--) await readers[name]!.next();
  };
  const stop = new AbortController();
  const keep = (time: readonly [number, number], from: number) =>
    keepRecording({ events, sources, folder, time, dateOf, label: { name: 'health', from }, signal: stop.signal });
  return { events, read, keep, stop };
}

const eventsOf = async (name: string) =>
  (await readFile(join(folder, `${name}.jsonl`), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LiveEvent);

it('keeps what was before an alarm and what comes after it, as a recording with the alarm in it', async () => {
  const { read, keep } = listen({ a: seconds(20), b: [...seconds(6), gap(6, 9), ...seconds(20).slice(9)] }, 8);
  await read('a', 10);
  await read('b', 8);
  const keeping = keep([6, 12], 8);
  await read('a', 5);
  await read('b', 5);
  const { recording } = await keeping;
  expect(recording).toMatchObject({
    ...{ state: 'finished', version: 2, started: '2026-03-01T10:00:06.000Z', seconds: 6 },
    streams: [
      { name: 'a', events: 6, known: [0, 6], gaps: [] },
      { name: 'b', events: 4, known: [3, 6], gaps: [{ time: [0, 3], reason: 'unplugged' }] },
    ],
  });
  expect(await readRecording(folder)).toEqual(recording);
  expect((await eventsOf('a')).map(({ time }) => time[0])).toEqual([6, 7, 8, 9, 10, 11]);
  expect(await readLabels(folder, 6)).toEqual([{ start: 2, end: 6, label: 'health', source: 'alarm' }]);
});

it('begins where the first event does that reaches into it', async () => {
  const { read, keep } = listen({ a: [datum(0, 0, 5), datum(1, 5, 10)] }, 60);
  await read('a', 2);
  const { recording } = await keep([3, 9], 4);
  expect(recording).toMatchObject({ started: '2026-03-01T10:00:00.000Z', seconds: 10, streams: [{ events: 2 }] });
});

it('does not wait for a stream from which nothing comes while others go on, and ends when it is told to', async () => {
  const { read, keep } = listen({ a: seconds(20), b: [] }, 60);
  await read('a', 5);
  const keeping = keep([2, 6], 3);
  await read('a', 3);
  expect((await keeping).recording).toMatchObject({ state: 'finished', streams: [{ events: 4 }, { events: 0 }] });
});

it('is stopped with its session, and says so', async () => {
  const { read, keep, stop } = listen({ a: seconds(20) }, 60);
  await read('a', 5);
  const keeping = keep([2, 60], 3);
  stop.abort();
  expect((await keeping).recording).toMatchObject({ state: 'stopped', seconds: 3, streams: [{ events: 3 }] });
});

it('has what was before the alarm on the disk before anything comes after it', async () => {
  const { read, keep, stop } = listen({ a: seconds(20) }, 60);
  await read('a', 5);
  const keeping = keep([2, 60], 3);
  await expect
    .poll(() => readRecording(folder).then(({ state, streams }) => [state, streams[0]!.events]))
    .toEqual(['recording', 3]);
  stop.abort();
  await keeping;
});

it('keeps events for so long and no longer', async () => {
  const { events, read } = listen({ a: seconds(100) }, 10);
  await read('a', 100);
  expect(events.beginOf(-1)).toBe(-1);
  const kept: number[] = [];
  const ended = new AbortController();
  ended.abort();
  for await (const { time } of events.between('a', [0, 100], ended.signal)) kept.push(time[0]);
  expect(kept).toEqual([89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
});
