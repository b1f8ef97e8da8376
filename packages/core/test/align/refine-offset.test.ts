import { describe, expect, test } from 'vitest';
import { type Envelope, refineOffset } from '../../src/align/refine-offset.js';
import { type EmbeddingStream, estimateOffset } from '../../src/index.js';

/** 1 for `length` seconds from each of `starts` on, every `step` seconds for 20 s. */
function pulses(starts: readonly number[], length: number, step = 0.01, start = 0): Envelope {
  const values = Array.from({ length: Math.round(20 / step) }, (_, index) =>
    Number(starts.some((from) => start + index * step >= from - 1e-9 && start + index * step < from + length)),
  );
  return { start, step, values };
}
const STARTS = [1, 3.2, 5.1, 8.7, 11, 14.3, 16.5];
const later = (seconds: number) => STARTS.map((start) => start + seconds);

describe('refineOffset', () => {
  test('finds when events begin, however long each stream makes them', () => {
    expect(refineOffset(pulses(STARTS, 1), pulses(later(0.73), 0.3), 0.6)).toBeCloseTo(0.73, 6);
    expect(refineOffset(pulses(later(0.73), 0.3), pulses(STARTS, 1), -0.6)).toBeCloseTo(-0.73, 6);
  });

  test('takes envelopes of other steps and of clocks that begin elsewhere', () => {
    expect(refineOffset(pulses(STARTS, 1, 0.02), pulses(later(30.4), 0.3, 0.01, 30), 30.2)).toBeCloseTo(30.4, 1.9);
  });

  test('looks no farther than 0.4 s: the next event is not taken for this one', () => {
    const even = [1, 2, 3, 4, 5, 6, 7, 8];
    const moved = even.map((start) => start + 0.1);
    expect(refineOffset(pulses(even, 0.5), pulses(moved, 0.5), 0.3)).toBeCloseTo(0.1, 6);
    expect(refineOffset(pulses(even, 0.5), pulses(moved, 0.5), 1.3)).toBeCloseTo(1.1, 6);
  });

  test('leaves the offset where nothing begins, and refuses what is no envelope', () => {
    const still = { start: 0, step: 0.01, values: new Float32Array(2000) };
    expect(refineOffset(pulses(STARTS, 1), still, 0.25)).toBe(0.25);
    expect(() => refineOffset(still, { ...still, step: 0 }, 0)).toThrow('2000 values 0 s apart');
    expect(() => refineOffset(still, { ...still, values: [1] }, 0)).toThrow('1 values 0.01 s apart');
  });
});

test('embeddings say which event is which, envelopes when it begins', () => {
  // Windows of 1 s, of which the second stream's come 0.2 s late: the embeddings alone are off by that.
  const stream = (starts: readonly number[], lag: number): EmbeddingStream => {
    const times = Array.from({ length: 190 }, (_, index) => 0.5 + index * 0.1);
    const rows = times.map((time) => {
      const event = starts.findIndex((from) => Math.abs(time - from - lag) < 0.5);
      return STARTS.map((_, column) => Number(column === event));
    });
    return { times, vectors: Float32Array.from(rows.flat()) };
  };
  const [seen, heard] = [stream(STARTS, 0), stream(later(1), 0.2)];
  expect(estimateOffset(seen, heard).offset).toBeCloseTo(1.2, 1);
  const found = estimateOffset({ ...seen, envelope: pulses(STARTS, 1) }, { ...heard, envelope: pulses(later(1), 0.3) });
  expect(found.offset).toBeCloseTo(1, 6);
  expect(found.known).toBe(true);
  // One envelope alone tells nothing.
  expect(estimateOffset({ ...seen, envelope: pulses(STARTS, 1) }, heard).offset).toBeCloseTo(1.2, 1);
});
