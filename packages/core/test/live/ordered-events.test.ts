import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { byArrival, byTime, type StreamEvent, type Streams } from '../../src/live/index.js';
import { type Act, datum, scriptedSource } from './scripted-source.js';

const context = { now: () => 0, signal: new AbortController().signal, notice: () => undefined };
const open = (scripts: Record<string, Act[]>): Streams =>
  Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, scriptedSource(script).open(context)]));

async function said(items: AsyncIterable<StreamEvent>): Promise<string[]> {
  const seen: string[] = [];
  for await (const item of items)
    seen.push(item.kind === 'end' ? `${item.name} ${item.error ?? 'ends'}` : `${item.name} ${item.event.time[1]}`);
  return seen;
}

describe('events of several streams', () => {
  it('come in the order of their times, whatever the order of their arrival', async () => {
    const streams = open({
      slow: [30, datum(0, 0, 1), 30, datum(0, 1, 2), datum(0, 4, 5)],
      quick: [datum(0, 0, 0.5), datum(0, 0, 1.5), datum(0, 2, 3)],
    });
    // by hand: ends 0.5 q, 1 s, 1.5 q, 2 s, 3 q, then 5 s; a stream's end at once after its last event
    expect(await said(byTime(streams))).toEqual([
      ...['quick 0.5', 'slow 1', 'quick 1.5', 'slow 2', 'quick 3', 'quick ends', 'slow 5', 'slow ends'],
    ]);
  });

  it('or as they arrive', async () => {
    const streams = open({ slow: [60, datum(0, 0, 1)], quick: [datum(0, 0, 5), datum(0, 0, 6)] });
    expect(await said(byArrival(streams))).toEqual(['quick 5', 'quick 6', 'quick ends', 'slow 1', 'slow ends']);
  });

  it.each([
    ['arrival', byArrival],
    ['time', byTime],
  ])('of one that is lost end with its error, the other goes on (by %s)', async (_, order) => {
    const streams = open({ a: [datum(0, 0), new Error('unplugged')], b: [20, datum(0, 1), datum(0, 2)] });
    const seen = await said(order(streams));
    expect(seen).toEqual(['a 0', 'a Error: unplugged', 'b 1', 'b 2', 'b ends']);
  });

  it('are asked for one at a time: a slow reader is felt by the stream', async () => {
    const source = scriptedSource(Array.from({ length: 50 }, (_, second) => datum(0, second)));
    const stream = source.open(context);
    for await (const item of byArrival({ stream })) {
      await sleep(2);
      if (item.kind === 'event') expect(stream.counters().used).toBeLessThanOrEqual(item.event.time[1] + 1);
    }
    expect(stream.counters().used).toBe(50);
  });
});
