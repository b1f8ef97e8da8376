import { keyedPermutation } from './keyed-permutation.js';

/**
 * The order of one epoch in which every group has as many places as any other, a function of (seed, epoch) alone. A group goes
 * through all of its samples, shuffled, before one comes again, across epochs too. Samples without a group keep one place each.
 * @param groups group of each sample; -1 where it has none
 */
export function balancedOrder(groups: Int32Array, seed: number, epoch: number): Uint32Array {
  const members = membersOf(groups);
  const free = members.get(-1) ?? [];
  members.delete(-1);
  const places = groups.length - free.length;
  const chosen = [...free];
  for (const [rank, [group, samples]] of [...members].entries()) {
    const quota = Math.floor(places / members.size) + Number(rank < places % members.size);
    let cycle = -1;
    let turn: Uint32Array = new Uint32Array();
    for (let drawn = epoch * quota; drawn < (epoch + 1) * quota; drawn++) {
      const next = Math.floor(drawn / samples.length);
      if (next !== cycle) turn = keyedPermutation(samples.length, seed, next, `balance/${group}`);
      cycle = next;
      chosen.push(samples[turn[drawn % samples.length]!]!);
    }
  }
  return keyedPermutation(chosen.length, seed, epoch, 'samples').map((place) => chosen[place]!);
}

/** Samples of each group, groups in ascending order. */
function membersOf(groups: Int32Array): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const group of [...new Set(groups)].sort((a, b) => a - b)) members.set(group, []);
  groups.forEach((group, sample) => {
    members.get(group)!.push(sample);
  });
  return members;
}
