import { randomUUID } from 'node:crypto';
import type { LiveResult } from '../live/live-report.js';
import type { AlarmBegin, AlarmEnd } from './alarm-entry.js';
import { type AlarmChange, type AlarmRule, alarmState } from './alarm-state.js';
import type { Watched } from './watched-level.js';

/** An alarm that begins, with the result that raised it, or one that ends. */
export type AlarmNews =
  | { readonly entry: AlarmBegin; readonly watched: Watched; readonly change: Extract<AlarmChange, { kind: 'begin' }> }
  | { readonly entry: AlarmEnd; readonly watched: Watched };

export interface WatchOptions {
  readonly watched: readonly Watched[];
  readonly rule: AlarmRule;
  /** Where each alarm is delivered besides the file. */
  readonly to: readonly string[];
  /** Alarms that go on from an earlier session. */
  readonly open: readonly AlarmBegin[];
  /** The date of a second of the session's clock. */
  dateOf(seconds: number): Date;
}

/** Takes the results of a live session, and tells which alarms they begin and end. */
export function watchAlarms({ watched, rule, to, open, dateOf }: WatchOptions): (result: LiveResult) => AlarmNews[] {
  const date = (seconds: number) => dateOf(seconds).toISOString();
  const states = watched.map((each) => {
    const before = open.find(({ watch }) => watch === each.name);
    return { watched: each, state: alarmState(rule, before), own: before };
  });
  return (result) =>
    states.flatMap((each): AlarmNews[] => {
      const level = each.watched.level(result);
      const change = level === undefined ? undefined : each.state.take(level, result.time);
      if (!change) return [];
      const { kind, peak, mean, windows } = change;
      if (kind === 'end') {
        const { id, watch, began, to } = each.own!;
        const entry: AlarmEnd = { kind, id, watch, began, ended: date(change.ended), ...{ peak, mean, windows, to } };
        each.own = undefined;
        return [{ entry, watched: each.watched }];
      }
      const began = date(change.began);
      const id = `${began.replaceAll(/[-:]/g, '')}-${randomUUID().slice(0, 8)}`;
      const about = { watch: each.watched.name, began, raised: date(change.raised) };
      each.own = { kind, id, ...about, level, ...{ peak, mean, windows, to: [...to] } };
      return [{ entry: each.own, watched: each.watched, change }];
    });
}
