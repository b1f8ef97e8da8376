import { expect, test } from 'vitest';
import { embedWindows, estimateOffset } from '../../src/index.js';

/** Embeds a window as the share of each event in it. */
const runOf = (events: readonly number[]) => ({
  embed: async (_: string, raw: readonly unknown[]) =>
    Float32Array.from(
      (raw as { start: number; end: number }[]).flatMap(({ start, end }) =>
        events.map((second) => Math.max(0, Math.min(end, second + 0.5) - Math.max(start, second)) + 0.001),
      ),
    ),
});
const cut = (start: number, end: number) => ({ start, end });

test('windows lie within the recording, and their times are their middles', async () => {
  const asked: unknown[] = [];
  const run = {
    embed: async (_: string, raw: readonly unknown[]) => {
      asked.push(...raw);
      return new Float32Array(2 * raw.length);
    },
  };
  const { times, vectors } = await embedWindows(run, 'front', { duration: 1, window: 0.5, hop: 0.25, cut });
  expect(asked).toEqual([
    { start: 0, end: 0.5 },
    { start: 0.25, end: 0.75 },
    { start: 0.5, end: 1 },
  ]);
  expect([...Array.from(times)]).toEqual([0.25, 0.5, 0.75]);
  expect(vectors).toHaveLength(6);
  await expect(embedWindows(run, 'front', { duration: 1, hop: 0, cut })).rejects.toThrow('hop');
});

test('two recordings, the second 0.7 s late', async () => {
  const events = [2, 4.4, 7, 9.9, 13, 15.2];
  const [a, b] = [runOf(events), runOf(events.map((second) => second + 0.7))];
  const stream = (run: typeof a) => embedWindows(run, 'front', { duration: 20, cut });
  const found = estimateOffset(await stream(a), await stream(b));
  expect(found.offset).toBeCloseTo(0.7, 1);
  expect(found.known).toBe(true);
});
