/** What a window of samples is ordered by. */
export interface SteadyOptions {
  /** Places that each sample takes when padded. */
  readonly sizes: Float64Array;
  /** Items of each sample, for every input. */
  readonly items: readonly Int32Array[];
}

/** Samples that have the same inputs, the smallest first. */
interface Group {
  readonly inputs: readonly number[];
  readonly members: readonly number[];
  taken: number;
}

/**
 * Orders samples by size, and so that any run of them has its share of the samples that have an input: at each place comes the group
 * (samples with the same inputs) whose next sample brings the counts so far closest to those of an even rate; goal chasing, Monden,
 * Toyota Production System, 1983. Where all have the same inputs, they are sorted by size; equal ones stay in their order.
 */
export function steadyOrder(samples: Uint32Array, { sizes, items }: SteadyOptions): Uint32Array {
  const groups = groupsOf(
    samples.slice().sort((a, b) => sizes[a]! - sizes[b]!),
    items,
  );
  if (groups.length === 1) return Uint32Array.from(groups[0]!.members);
  const rates = items.map((counts) => samples.reduce((sum, sample) => sum + Number(counts[sample]! > 0), 0));
  const had = items.map(() => 0);
  return samples.map((_, place) => {
    const reached = (place + 1) / samples.length;
    const next = nearest(groups, (group) => {
      // What the square of a distance grows by when its count grows by one.
      const own = 2 * (group.taken - reached * group.members.length) + 1;
      return group.inputs.reduce((sum, input) => sum + 2 * (had[input]! - reached * rates[input]!) + 1, own / 2);
    });
    for (const input of next.inputs) had[input]! += 1;
    return next.members[next.taken++]!;
  });
}

function groupsOf(samples: Uint32Array, items: readonly Int32Array[]): Group[] {
  const groups = new Map<string, { inputs: number[]; members: number[]; taken: number }>();
  for (const sample of samples) {
    const inputs = [...items.keys()].filter((input) => items[input]![sample]! > 0);
    const known = groups.get(inputs.join());
    if (known) known.members.push(sample);
    else groups.set(inputs.join(), { inputs, members: [sample], taken: 0 });
  }
  return [...groups.values()];
}

/** Of the groups that have samples left, the one of the least distance; the first of several. */
function nearest(groups: readonly Group[], distance: (group: Group) => number): Group {
  let [best, least]: [Group | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const group of groups) {
    const far = group.taken < group.members.length ? distance(group) : Number.POSITIVE_INFINITY;
    if (far < least) [best, least] = [group, far];
  }
  return best!;
}
