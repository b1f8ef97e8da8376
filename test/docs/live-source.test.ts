import type { LiveContext, LiveEvent, LiveStream } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { importBlock } from './guide-module.js';

interface Guide {
  openGauge(gauge: { read(): Promise<number>; rate: number }, context: LiveContext): LiveStream<readonly number[]>;
}

test.each(['live.md', 'live.zh-CN.md'])(
  '%s: a gauge that does not answer for a while is a gap, and every question is counted',
  async (guide) => {
    const { openGauge } = await importBlock<Guide>(guide, 'openGauge');
    const stop = new AbortController();
    const notices: string[] = [];
    const start = performance.now();
    const now = () => (performance.now() - start) / 1000;
    let asked = 0;
    const read = async () => {
      asked += 1;
      if (asked === 3 || asked === 4) throw new Error('no answer');
      return asked;
    };
    const context = { now, signal: stop.signal, notice: (message: string) => notices.push(message) };
    const stream = openGauge({ read, rate: 50 }, context);
    const events: LiveEvent<readonly number[]>[] = [];
    for await (const event of stream) if (events.push(event) === 5) stop.abort();
    expect(events.map((event) => (event.kind === 'data' ? event.value : event.reason))).toEqual([
      [1],
      [2],
      'the gauge did not answer',
      [5],
      [6],
    ]);
    const [gap, after] = events.slice(2).map(({ time }) => time);
    expect(gap![1]).toBe(after![0]);
    expect(gap![1]).toBeGreaterThan(gap![0]);
    expect(stream.counters()).toEqual({ used: 4, bad: 2 });
    expect(notices).toEqual(['The gauge does not answer.']);
  },
);
