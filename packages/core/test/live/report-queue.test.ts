import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  type Queued,
  type QueueOptions,
  type ReportQueue,
  reportQueue,
  type Taken,
} from '../../src/live/report-queue.js';

const window = (input: string, second: number, end = second + 1): Queued => ({
  kind: 'window',
  window: { input, prepared: second, time: [second, end], arrived: end },
});
const gap = (input: string): Queued => ({ kind: 'gap', input, time: [4, 5], reason: 'unplugged' });
const shown = (item: Taken) =>
  item.kind === 'moment' ? item.windows.map(({ input, prepared }) => `${input}${prepared}`).join('+') : item.kind;
const queueOf = (options: Partial<QueueOptions> = {}) =>
  reportQueue({ room: 2, lossless: false, apart: 0, dropped: () => expect.fail('dropped'), ...options });

async function rest(queue: ReportQueue): Promise<string[]> {
  const taken: string[] = [];
  for (let item = await queue.take(); item; item = await queue.take()) taken.push(shown(item));
  return taken;
}

describe('a queue of windows', () => {
  it('drops the oldest of an input that has too many, and counts it', async () => {
    const dropped: string[] = [];
    const queue = queueOf({ dropped: (input) => dropped.push(input) });
    for (const second of [0, 1, 2, 3]) await queue.put(window('a', second));
    await queue.put(gap('a'));
    for (const second of [0, 1]) await queue.put(window('b', second));
    queue.end();
    // a0 and a1 made room for a2 and a3; b is below its own limit, and a gap is never dropped
    expect(await rest(queue)).toEqual(['a2', 'a3', 'gap', 'b0', 'b1']);
    expect(dropped).toEqual(['a', 'a']);
  });

  it('waits instead when nothing may be lost', async () => {
    const queue = queueOf({ lossless: true });
    let written = 0;
    const writing = (async () => {
      for (const second of [0, 1, 2, 3, 4]) {
        await queue.put(window('a', second));
        written++;
      }
      queue.end();
    })();
    await sleep(5);
    expect(written).toBe(2);
    expect(await rest(queue)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    await writing;
  });

  it('gives windows of one moment together, in their order: of different inputs, with nothing else between them', async () => {
    const queue = queueOf({ apart: 0.5, room: 9 });
    const items = [window('a', 0), window('b', 0.5), window('c', 0.51), window('a', 0.6), window('c', 0.6)];
    for (const item of [...items, window('b', 0.7), gap('b'), window('a', 0.7)]) await queue.put(item);
    queue.end();
    // c ends 0.51 s after a; of c there is one already; the gap says that b is over
    expect(await rest(queue)).toEqual(['a0+b0.5', 'c0.51+a0.6', 'c0.6+b0.7', 'gap', 'a0.7']);
  });

  it('gives what is there, and waits for the rest of a moment only when nothing may be lost', async () => {
    for (const lossless of [false, true]) {
      const queue = queueOf({ apart: 0.5, lossless });
      await queue.put(window('a', 0));
      const taking = queue.take();
      await sleep(5);
      await queue.put(window('b', 0));
      await queue.put(window('a', 1));
      queue.end();
      const first = shown((await taking)!);
      expect([first, ...(await rest(queue))]).toEqual(lossless ? ['a0+b0', 'a1'] : ['a0', 'b0', 'a1']);
    }
  });

  it('ends with an error at once', async () => {
    const queue = queueOf();
    await queue.put(window('a', 0));
    queue.end(new Error('broken'));
    await expect(queue.take()).rejects.toThrow('broken');
  });
});
