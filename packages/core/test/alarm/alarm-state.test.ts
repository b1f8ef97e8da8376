import { describe, expect, it } from 'vitest';
import { type AlarmChange, type AlarmLevels, type AlarmRule, alarmState } from '../../src/alarm/alarm-state.js';

const RULE: AlarmRule = { raise: 0.5, clear: 0.3, minSeconds: 2 };

/** Levels of windows of a second each, one after the other from second 0 on, and what each changes. */
function changes(levels: readonly number[], rule: Partial<AlarmRule> = {}, before?: AlarmLevels): string[] {
  const state = alarmState({ ...RULE, ...rule }, before);
  return levels.flatMap((level, at) => told(state.take(level, [at, at + 1])));
}

function told(change: AlarmChange | undefined): string[] {
  if (!change) return [];
  return [change.kind === 'begin' ? `begin ${change.began} at ${change.raised}` : `end ${change.ended}`];
}

describe('an alarm', () => {
  it('begins where the level rose, once it was there long enough', () => {
    // high from second 1 on; 2 s of it are over at second 3
    expect(changes([0, 0.5, 0.9, 0.9])).toEqual(['begin 1 at 3']);
    expect(changes([0, 0.5, 0.9, 0.9], { minSeconds: 0 })).toEqual(['begin 1 at 2']);
    expect(changes([0, 0.49, 0.49, 0.49])).toEqual([]);
  });

  it('does not begin by what is over sooner', () => {
    expect(changes([0.9, 0, 0.9, 0, 0.9, 0])).toEqual([]);
    expect(changes([0.9, 0, 0.9, 0], { minSeconds: 1 })).toEqual(['begin 0 at 1', 'end 1', 'begin 2 at 3', 'end 3']);
  });

  it('is not moved by levels between the thresholds', () => {
    // 0.4 keeps what is high, and raises nothing
    expect(changes([0.4, 0.4, 0.4])).toEqual([]);
    expect(changes([0.6, 0.4, 0.4, 0.4, 0.4])).toEqual(['begin 0 at 2']);
    // between: one threshold alone would end and begin again with every window
    expect(changes([0.6, 0.6, 0.4, 0.6, 0.4, 0.6], { minSeconds: 0 })).toEqual(['begin 0 at 1']);
    expect(changes([0.6, 0.6, 0.4, 0.6], { minSeconds: 0, clear: 0.5 })).toEqual([
      'begin 0 at 1',
      'end 2',
      'begin 3 at 4',
    ]);
  });

  it('ends where the level fell, once it was there long enough', () => {
    expect(changes([0.9, 0.9, 0.1, 0.9, 0.1, 0.1, 0.1])).toEqual(['begin 0 at 2', 'end 4']);
  });

  it('tells the peak and the mean of the windows in which the level was high', () => {
    const state = alarmState(RULE);
    const found = [0.2, 0.5, 0.9, 0.6, 0, 0].map((level, at) => state.take(level, [at, at + 1])).filter(Boolean);
    // begin: 0.5 and 0.9; end: 0.6 too
    expect(found).toEqual([
      { kind: 'begin', began: 1, raised: 3, peak: 0.9, mean: 0.7, windows: 2 },
      { kind: 'end', ended: 4, peak: 0.9, mean: expect.closeTo(2 / 3, 9), windows: 3 },
    ]);
    expect(state.raised).toBe(false);
  });

  it('counts no time of which nothing is known, and does not end by it', () => {
    const state = alarmState(RULE);
    state.take(0.9, [0, 1]);
    // 9 s later: evidence begins anew
    expect(state.take(0.9, [10, 11])).toBeUndefined();
    expect(state.take(0.9, [11, 12])).toMatchObject({ kind: 'begin', began: 10 });
    expect(state.take(0.1, [12, 13])).toBeUndefined();
    expect(state.take(0.1, [60, 61])).toBeUndefined();
    expect(state.raised).toBe(true);
    expect(state.take(0.1, [61, 62])).toMatchObject({ kind: 'end', ended: 60 });
  });

  it('goes on from an earlier session: it does not begin again, and ends', () => {
    const before = { peak: 0.8, mean: 0.7, windows: 4 };
    expect(changes([0.9, 0.9, 0.9], {}, before)).toEqual([]);
    expect(changes([0.9, 0.1, 0.1], {}, before)).toEqual(['end 1']);
    const state = alarmState(RULE, before);
    [0.9, 0, 0].map((level, at) => state.take(level, [at, at + 1]));
    expect(changes([0, 0], {}, before)).toEqual(['end 0']);
  });

  it('takes windows of several inputs, which overlap, in the order in which they were asked', () => {
    const state = alarmState(RULE);
    expect(state.take(0.9, [0, 1])).toBeUndefined();
    expect(state.take(0.9, [0.8, 0.9])).toBeUndefined();
    expect(state.take(0.9, [0.9, 1.9])).toBeUndefined();
    expect(state.take(0.9, [1.9, 2])).toMatchObject({ began: 0, raised: 2, windows: 4 });
  });
});
