import { describe, expect, test } from 'vitest';
import { type EmbeddingStream, estimateOffset } from '../../src/index.js';
import { drawEvents, drawer, drawSpace, type Simulation, simulate } from './simulated-streams.js';

const TRIALS = process.env.MODALKIT_FULL ? 400 : 40;
const good: Simulation = { hop: 0.1, window: 0.6, noise: 0.5, instance: 0.5, confused: 0.05 };

/** Related and unrelated pairs with shifts in -2..2 s. */
function trials(simulation: Simulation, count = TRIALS) {
  const errors: number[] = [];
  let [missed, mistaken] = [0, 0];
  for (let trial = 0; trial < count; trial++) {
    const draw = drawer(1000 + trial);
    const [space, shift] = [drawSpace(draw), 4 * draw() - 2];
    const [events, others] = [drawEvents(draw), drawEvents(draw)];
    const seen = simulate(space, events, 0, simulation, 0, draw);
    const related = estimateOffset(seen, simulate(space, events, shift, simulation, 1, draw));
    const unrelated = estimateOffset(seen, simulate(space, others, shift, simulation, 1, draw));
    errors.push(Math.abs(related.offset - shift));
    missed += Number(!related.known);
    mistaken += Number(unrelated.known);
  }
  const median = errors.sort((a, b) => a - b)[count >> 1]!;
  return { median, missed: missed / count, mistaken: mistaken / count };
}

describe(`simulated streams of 20 s, ${TRIALS} trials`, () => {
  test.each([
    ['embeddings alone', good],
    ['with the windows’ activity', { ...good, activity: true }],
    ['windows of a second, five a second, with activity', { ...good, hop: 0.2, window: 1, activity: true }],
    [
      'more noise, one event in ten confused, with activity',
      { ...good, noise: 0.7, instance: 0.6, confused: 0.1, activity: true },
    ],
  ])('error in the middle <= 50 ms, true pairs unknown <= 5 %, unrelated ones known <= 5 %: %s', (name, simulation) => {
    const found = trials(simulation);
    if (process.env.MODALKIT_FULL) console.info(`${name}: ${JSON.stringify(found)}`);
    expect(found.median).toBeLessThanOrEqual(0.05);
    expect(found.missed).toBeLessThanOrEqual(0.05);
    expect(found.mistaken).toBeLessThanOrEqual(0.05);
  });

  test('noise alone is unknown', () => {
    const { mistaken, missed } = trials({ ...good, noise: 20 }, 20);
    expect(mistaken).toBeLessThanOrEqual(0.05);
    expect(missed).toBeGreaterThan(0.8);
  });
});

/** One event in otherwise silent streams: unit vector 1 at these seconds, vector 0 elsewhere. */
function blips(seconds: readonly number[], start = 0): EmbeddingStream {
  const times = Array.from({ length: 200 }, (_, index) => start + index * 0.1);
  const rows = times.map((time) => {
    const event = seconds.findIndex((second) => Math.abs(time - second) < 0.25);
    return [0, 1, 2, 3, 4, 5].map((column) => Number(column === event + 1));
  });
  return { times, vectors: Float32Array.from(rows.flat()) };
}

describe('by hand', () => {
  const events = [2, 5.3, 9, 11.9, 16];

  test('seen at t, heard a second later: +1; the other way round -1', () => {
    const [seen, heard] = [blips(events), blips(events.map((second) => second + 1))];
    const found = estimateOffset(seen, heard);
    expect(found.offset).toBeCloseTo(1, 2);
    expect(found).toMatchObject({ known: true, confidence: expect.closeTo(1, 2) });
    expect(estimateOffset(heard, seen).offset).toBeCloseTo(-1, 2);
    expect(found.curve[0]!.offset).toBeCloseTo(-2.5, 6);
    expect(found.curve).toHaveLength(101);
  });

  test('clocks that begin elsewhere, and steps between the grid', () => {
    // The second clock's windows begin at 30.04 s: events at 30.04 + t.
    const found = estimateOffset(
      blips(events),
      blips(
        events.map((second) => second + 30.04),
        30.04,
      ),
      { maxOffset: 40 },
    );
    expect(found.offset).toBeCloseTo(30.04, 2);
    const shifted = estimateOffset(
      blips(events),
      blips(
        events.map((second) => second + 30.04),
        30.04,
      ),
      { maxOffset: 2 },
    );
    expect(shifted).toMatchObject({ known: false, confidence: 0, curve: [] });
  });

  test('a silent stream is unknown and no NaN', () => {
    const found = estimateOffset(blips(events), blips([]));
    expect(found.known).toBe(false);
    expect([found.offset, found.confidence].every(Number.isFinite)).toBe(true);
  });

  test('refuses streams that are none', () => {
    const stream = blips(events);
    const other = { times: stream.times, vectors: stream.vectors.subarray(0, 1000) };
    expect(() => estimateOffset(stream, other)).toThrow('widths 6 and 5');
    expect(() => estimateOffset(stream, { times: [0, 1, 1], vectors: new Float32Array(6) })).toThrow(
      'the time 1 after 1',
    );
    expect(() => estimateOffset({ times: [0], vectors: new Float32Array(2) }, stream)).toThrow('1 windows');
    expect(() => estimateOffset({ ...stream, activity: [1] }, stream)).toThrow('1 activities');
    expect(() => estimateOffset({ times: [0, 1], vectors: new Float32Array(3) }, stream)).toThrow(
      '2 times and 3 numbers',
    );
    expect(() => estimateOffset(stream, stream, { maxLag: 2 } as never)).toThrow('"maxLag"');
  });
});
