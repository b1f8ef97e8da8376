import type { TimeSpan } from '@modalkit/contract';

/** When an alarm begins and when it ends. */
export interface AlarmRule {
  /** A level from which on it may begin. */
  readonly raise: number;
  /** A level below which it may end; at most `raise`. */
  readonly clear: number;
  /** Seconds for which the level must have been there, in either direction. */
  readonly minSeconds: number;
}

/** An alarm as far as it is known: levels of its windows. */
export interface AlarmLevels {
  readonly peak: number;
  /** Of its windows: those since it began in which the level was high. */
  readonly mean: number;
  readonly windows: number;
}

export type AlarmChange =
  | ({ readonly kind: 'begin'; readonly began: number; readonly raised: number } & AlarmLevels)
  | ({ readonly kind: 'end'; readonly ended: number } & AlarmLevels);

export interface AlarmState {
  /** Takes the level of a window, and tells what that changes. */
  take(level: number, time: TimeSpan): AlarmChange | undefined;
  /** Whether an alarm goes on. */
  readonly raised: boolean;
}

/** Seconds without a window after which what was seen before it counts no more. */
const PATIENCE = 2;

/**
 * Two thresholds (Schmitt 1938), and a delay in both directions (on-delay and off-delay of IEC 62682): the level is high from
 * `raise` on until it is below `clear`; an alarm begins once it was high, and ends once it was not, for `minSeconds` on end. A
 * time of which nothing is known is neither: it ends no alarm, and adds to no duration.
 * @param before levels of an alarm that goes on from an earlier session
 */
export function alarmState({ raise, clear, minSeconds }: AlarmRule, before?: AlarmLevels): AlarmState {
  let raised = before !== undefined;
  let high = raised;
  let since: number | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let levels = tally(before);
  return {
    get raised() {
      return raised;
    },
    take: (level, [start, end]) => {
      if (start - last > PATIENCE) [since, high] = [undefined, raised];
      last = Math.max(last, end);
      high = level >= (high ? clear : raise);
      if (!raised && since === undefined) levels = tally();
      if (high) levels.add(level);
      if (high === raised) {
        since = undefined;
        return undefined;
      }
      since ??= start;
      if (end - since < minSeconds - 1e-9) return undefined;
      const [from, known] = [since, levels.sums()];
      [raised, since] = [high, undefined];
      return high ? { kind: 'begin', began: from, raised: end, ...known } : { kind: 'end', ended: from, ...known };
    },
  };
}

function tally(before: AlarmLevels = { peak: Number.NEGATIVE_INFINITY, mean: 0, windows: 0 }) {
  let { peak, mean, windows } = before;
  return {
    add: (level: number) => {
      windows++;
      peak = Math.max(peak, level);
      mean += (level - mean) / windows;
    },
    sums: (): AlarmLevels => ({ peak, mean, windows }),
  };
}
