import type { Window } from './cut-windows.js';
import type { PlacedRecording } from './split-groups.js';

/** What a manifest of windows holds. */
export interface Sliced {
  /** Windows that it names. */
  readonly windows: number;
  /** Windows in which no stream was known, left out. */
  readonly unknown: number;
  /** Windows of each split. */
  readonly splits: Readonly<Record<string, number>>;
  /** Windows of each label. */
  readonly labels: Readonly<Record<string, number>>;
  /** Windows of which it is known how long it is to the event that was asked for. */
  readonly remaining: number;
  /** Windows in which each stream is absent. */
  readonly absent: Readonly<Record<string, number>>;
  /** Groups of each split. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Bytes of the largest file that it names. */
  readonly largestFile: number;
}

/** Counts the windows of a manifest. */
export class Tally {
  private unknown = 0;
  private remaining = 0;
  private readonly splits = new Map<string, number>();
  private readonly labels = new Map<string, number>();
  private readonly absent = new Map<string, number>();

  constructor(private readonly recordings: readonly PlacedRecording[]) {}

  count({ split, streams: all }: PlacedRecording, { streams, label, remaining }: Window): void {
    if (streams.length === 0) {
      this.unknown++;
      return;
    }
    add(this.splits, split);
    if (label !== undefined) add(this.labels, label);
    if (remaining !== undefined) this.remaining++;
    for (const stream of all) if (!streams.includes(stream)) add(this.absent, stream.name);
  }

  result(): Sliced {
    const { unknown, remaining, recordings } = this;
    const groups = new Map<string, Set<string>>();
    for (const { split, group } of recordings) groups.set(split, (groups.get(split) ?? new Set()).add(group));
    return {
      windows: [...this.splits.values()].reduce((sum, count) => sum + count, 0),
      unknown,
      remaining,
      splits: Object.fromEntries(this.splits),
      labels: Object.fromEntries(this.labels),
      absent: Object.fromEntries(this.absent),
      groups: Object.fromEntries([...groups].map(([split, names]) => [split, [...names]])),
      largestFile: Math.max(...recordings.map(({ largestFile }) => largestFile)),
    };
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
