import type { TimeSpan } from '@modalkit/contract';
import type { InputWindow } from './live-report.js';

/** The newest window of each input, and which of them belong to one moment. */
export interface AtHand {
  note(window: InputWindow): void;
  /** What came of an input before this second is not its present any more. */
  forget(input: string, before: number): void;
  /** A window with those of other inputs that are at most `tolerance` seconds from it. */
  around(window: InputWindow): Readonly<Record<string, InputWindow>>;
}

export function atHand(tolerance: number): AtHand {
  const newest = new Map<string, InputWindow>();
  const lost = new Map<string, number>();
  return {
    note: (window) => {
      newest.set(window.input, window);
    },
    forget: (input, before) => {
      lost.set(input, Math.max(before, lost.get(input) ?? 0));
    },
    around: (window) => {
      const near = [...newest.values()].filter(
        ({ input, time }) =>
          input !== window.input &&
          distance(time, window.time) <= tolerance &&
          time[1] > (lost.get(input) ?? Number.NEGATIVE_INFINITY),
      );
      return Object.fromEntries([...near, window].map((each) => [each.input, each]));
    },
  };
}

/** Seconds between two spans; 0 when they overlap. */
function distance([a, b]: TimeSpan, [c, d]: TimeSpan): number {
  return Math.max(0, c - b, a - d);
}
