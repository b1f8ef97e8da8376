import { describe, expect, it } from 'vitest';
import type { AlarmBegin } from '../../src/alarm/alarm-entry.js';
import { watchAlarms } from '../../src/alarm/watch-alarms.js';
import type { Watched } from '../../src/alarm/watched-level.js';
import type { LiveResult } from '../../src/live/index.js';

const dateOf = (seconds: number) => new Date(Date.UTC(2026, 2, 1, 10) + 1000 * seconds);
const watched = (name: string): Watched => ({ name, head: name, level: ({ scores }) => scores[name]?.level });
const rule = { raise: 0.5, clear: 0.4, minSeconds: 1 };

/** Results of windows of a second, one after the other: the level of each head. */
function results(...levels: readonly Readonly<Record<string, number>>[]): LiveResult[] {
  return levels.map((given, at) => ({
    ...{ kind: 'result', input: 'a', inputs: ['a'], time: [at, at + 1], classes: {}, matches: [], latencyMs: 1 },
    scores: Object.fromEntries(Object.entries(given).map(([head, level]) => [head, { level }])),
  }));
}

const take = (names: readonly string[], open: readonly AlarmBegin[], all: readonly LiveResult[]) => {
  const watch = watchAlarms({ watched: names.map(watched), rule, to: ['exec'], open, dateOf });
  return all.flatMap(watch).map(({ entry }) => entry);
};

describe('alarms of a session', () => {
  it('have an id for ever, dates, levels, and where they go', () => {
    const [begin, end, ...more] = take(['x'], [], results({ x: 0 }, { x: 0.9 }, { x: 0 }));
    expect(more).toEqual([]);
    expect(begin).toMatchObject({
      ...{ kind: 'begin', watch: 'x', began: '2026-03-01T10:00:01.000Z', raised: '2026-03-01T10:00:02.000Z' },
      ...{ level: 0.9, peak: 0.9, mean: 0.9, windows: 1, to: ['exec'] },
    });
    expect(begin!.id).toMatch(/^20260301T100001\.000Z-[0-9a-f]{8}$/);
    expect(end).toMatchObject({ kind: 'end', id: begin!.id, began: begin!.began, ended: '2026-03-01T10:00:02.000Z' });
  });

  it('are apart for each number that is watched, and only where the head was asked', () => {
    const entries = take(['x', 'y'], [], results({ x: 0.9, y: 0 }, { y: 0.9 }, { x: 0, y: 0.9 }, { y: 0 }));
    expect(entries.map(({ kind, watch }) => `${kind} ${watch}`)).toEqual(['begin x', 'begin y', 'end x', 'end y']);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(2);
  });

  it('go on from an earlier session: none begins again, and its end is its own', () => {
    const [before] = take(['x'], [], results({ x: 0.9 })) as AlarmBegin[];
    const [end, ...more] = take(['x'], [{ ...before!, to: ['http'] }], results({ x: 0.8 }, { x: 0.8 }, { x: 0 }));
    expect(more).toEqual([]);
    expect(end).toMatchObject({
      kind: 'end',
      id: before!.id,
      began: before!.began,
      peak: 0.9,
      windows: 3,
      to: ['http'],
    });
    // the control: of another name it is none of ours
    const other = take(['x'], [{ ...before!, watch: 'y' }], results({ x: 0.8 }, { x: 0.8 }));
    expect(other.map(({ kind }) => kind)).toEqual(['begin']);
  });
});
