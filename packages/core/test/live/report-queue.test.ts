import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Queued, reportQueue } from '../../src/live/report-queue.js';

const window = (input: string, second: number): Queued => ({
  kind: 'window',
  window: { input, prepared: second, time: [second, second + 1], arrived: second + 1 },
});
const shown = (item: Queued | undefined) =>
  item?.kind === 'window' ? `${item.window.input}${item.window.prepared}` : item?.kind;

describe('a queue of windows', () => {
  it('drops the oldest of an input that has too many, and counts it', async () => {
    const dropped: string[] = [];
    const queue = reportQueue(2, false, (input) => dropped.push(input));
    for (const second of [0, 1, 2, 3]) await queue.put(window('a', second));
    await queue.put({ kind: 'gap', input: 'a', time: [4, 5], reason: 'unplugged' });
    for (const second of [0, 1]) await queue.put(window('b', second));
    queue.end();
    const taken: unknown[] = [];
    for (let item = await queue.take(); item; item = await queue.take()) taken.push(shown(item));
    // a0 and a1 made room for a2 and a3; b is below its own limit, and a gap is never dropped
    expect(taken).toEqual(['a2', 'a3', 'gap', 'b0', 'b1']);
    expect(dropped).toEqual(['a', 'a']);
  });

  it('waits instead when nothing may be lost', async () => {
    const queue = reportQueue(2, true, () => expect.fail('dropped'));
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
    const taken: unknown[] = [];
    for (let item = await queue.take(); item; item = await queue.take()) taken.push(shown(item));
    await writing;
    expect(taken).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
  });

  it('ends with an error at once', async () => {
    const queue = reportQueue(2, false, () => undefined);
    await queue.put(window('a', 0));
    queue.end(new Error('broken'));
    await expect(queue.take()).rejects.toThrow('broken');
  });
});
