import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { hashName, philox4x32 } from '@modalkit/toolkit';
import { suggestName } from '../compose/suggest-name.js';
import { checkApart } from './check-apart.js';
import type { SlicedRecording } from './sliced-recording.js';

/** What is never in two splits. */
export type GroupBy = 'machine' | 'recording' | 'day';

export interface SplitOptions {
  readonly group: GroupBy;
  /** Share of each split; the rest is `train`. */
  readonly shares: Readonly<Record<string, number>>;
  /** Groups of which it is said where they go, by split. */
  readonly held: Readonly<Record<string, readonly string[]>>;
  readonly seed: number;
}

/** A recording with its place. */
export interface PlacedRecording extends SlicedRecording {
  readonly group: string;
  readonly split: string;
}

/**
 * Gives each group of recordings a split: those that were said, then others in an order that the seed decides, until a split
 * has about its share of the windows.
 * @throws ModalkitError USAGE when there are too few groups or a group has no name, DATA when splits overlap
 */
export function splitGroups(
  recordings: readonly SlicedRecording[],
  windowsIn: (recording: SlicedRecording) => number,
  options: SplitOptions,
): PlacedRecording[] {
  const sizes = new Map<string, number>();
  const grouped = recordings.map((recording) => ({ recording, group: groupOf(recording, options.group) }));
  for (const { recording, group } of grouped) sizes.set(group, (sizes.get(group) ?? 0) + windowsIn(recording));
  const splits = heldSplits(options, [...sizes.keys()]);
  drawRest(sizes, splits, options);
  const placed = grouped.map(({ recording, group }) => ({ ...recording, group, split: splits.get(group) ?? 'train' }));
  checkApart(placed);
  return placed;
}

function groupOf({ folder, name, machine, started }: SlicedRecording, by: GroupBy): string {
  if (by === 'recording') return name;
  if (by === 'day') return started.slice(0, 10);
  if (machine !== undefined) return machine;
  throw new ModalkitError(
    'USAGE',
    `${join(folder, 'recording.json')}: machine: it names none; add it, record with --machine, or take --group recording or day.`,
    { folder },
  );
}

function heldSplits({ held, group }: SplitOptions, known: readonly string[]): Map<string, string> {
  const splits = new Map<string, string>();
  for (const [split, groups] of Object.entries(held)) {
    for (const name of groups) {
      if (!known.includes(name))
        throw new ModalkitError(
          'USAGE',
          `--hold ${split}=${name}: there is no such ${group}; ${suggestName(name, known)}`,
        );
      if (splits.has(name) && splits.get(name) !== split)
        throw new ModalkitError(
          'USAGE',
          `--hold: the ${group} ${name} is in the splits ${splits.get(name)} and ${split}; put all of it into one.`,
        );
      splits.set(name, split);
    }
  }
  return splits;
}

function drawRest(sizes: ReadonlyMap<string, number>, splits: Map<string, string>, options: SplitOptions): void {
  const { shares, group, seed } = options;
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const free = [...sizes.keys()]
    .filter((name) => !splits.has(name))
    .map((name) => ({ name, order: philox4x32([hashName(name), 0, 0, hashName('slice')], [seed >>> 0, 0])[0] }))
    .sort((a, b) => a.order - b.order)
    .map(({ name }) => name);
  const wanted = Object.entries(shares).filter(([split]) => split !== 'train');
  const rest = 1 - wanted.reduce((sum, [, share]) => sum + share, 0);
  const needed = wanted.length + (rest > 1e-9 ? 1 : 0);
  if (free.length < needed)
    throw new ModalkitError(
      'USAGE',
      `${counted(free.length, group)} cannot be in ${[...wanted.map(([split]) => split), ...(rest > 1e-9 ? ['train'] : [])].join(' and ')}: a ${group} is in one split only; record more, take another --group or --split, or say where each goes with --hold.`,
    );
  for (const [at, [split, share]] of wanted.entries()) {
    let taken = 0;
    const keep = needed - at - 1;
    while (free.length > keep && (taken === 0 || taken + sizes.get(free[0]!)! / 2 <= share * total)) {
      taken += sizes.get(free[0]!)!;
      splits.set(free.shift()!, split);
    }
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
