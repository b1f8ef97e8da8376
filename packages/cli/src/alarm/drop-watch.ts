import type { LiveSession } from '@modalkit/core';

/** Between two looks. */
const EVERY_MS = 60_000;

/** What was left out since it was told last, because the model was slower than an input: windows, and what its source dropped. */
export interface Dropped {
  readonly input: string;
  readonly windows: number;
  readonly packets: number;
}

/** Looks at most once a minute, and at the end, for what was left out since. */
export function dropWatch(session: LiveSession): (now?: boolean) => Dropped[] {
  const told = new Map<string, Dropped>();
  let next = performance.now() + EVERY_MS;
  return (now = false) => {
    if (!now && performance.now() < next) return [];
    next = performance.now() + EVERY_MS;
    const counters = session.counters();
    return Object.entries(session.counts()).flatMap(([input, { dropped }]) => {
      const packets = counters[input]?.dropped ?? 0;
      const before = told.get(input) ?? { windows: 0, packets: 0 };
      told.set(input, { input, windows: dropped, packets });
      const since = { input, windows: dropped - before.windows, packets: packets - before.packets };
      return since.windows + since.packets > 0 ? [since] : [];
    });
  };
}
