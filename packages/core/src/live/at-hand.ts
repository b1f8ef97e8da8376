import type { TimeSpan } from '@modalkit/contract';
import type { InputWindow } from './live-report.js';

/** The newest window of each input, and which of them belong to one moment. */
export interface AtHand<Window extends InputWindow> {
  note(window: Window): void;
  /** What came of an input before this second is not its present any more. */
  forget(input: string, before: number): void;
  /** Windows of one moment with those of other inputs that are at most `tolerance` seconds from the last of them. */
  around(windows: readonly Window[]): Readonly<Record<string, Window>>;
}

export function atHand<Window extends InputWindow>(tolerance: number): AtHand<Window> {
  const newest = new Map<string, Window>();
  const lost = new Map<string, number>();
  return {
    note: (window) => {
      newest.set(window.input, window);
    },
    forget: (input, before) => {
      lost.set(input, Math.max(before, lost.get(input) ?? 0));
    },
    around: (windows) => {
      const near = [...newest.values()].filter(
        ({ input, time }) =>
          distance(time, windows.at(-1)!.time) <= tolerance && time[1] > (lost.get(input) ?? Number.NEGATIVE_INFINITY),
      );
      return Object.fromEntries([...near, ...windows].map((each) => [each.input, each]));
    },
  };
}

/** Seconds between two spans; 0 when they overlap. */
function distance([a, b]: TimeSpan, [c, d]: TimeSpan): number {
  return Math.max(0, c - b, a - d);
}
