/**
 * Shapley values (Shapley 1953): what each of n players adds, averaged over all orders in which they could have come,
 *
 *   phi_i = sum over sets S without i of |S|! (n - |S| - 1)! / n! (worth(S + i) - worth(S)).
 *
 * They add up to worth(all) - worth(nobody); a player that changes nothing gets 0, and the others what they would without it.
 * @param worth by set: player i is in it where bit i is set
 */
export function shapleyValues(worth: ArrayLike<number>, players: number): number[] {
  const shares = sharesBySize(players);
  return Array.from({ length: players }, (_, player) => {
    let sum = 0;
    for (let set = 0; set < 2 ** players; set++) {
      if ((set >> player) & 1) continue;
      sum += shares[sizeOf(set)]! * (worth[set | (1 << player)]! - worth[set]!);
    }
    return sum;
  });
}

/** |S|! (n - |S| - 1)! / n! by the size of S: one over n times the number of sets of that size among the others. */
function sharesBySize(players: number): number[] {
  let sets = 1;
  return Array.from({ length: players }, (_, size) => {
    if (size > 0) sets = (sets * (players - size)) / size;
    return 1 / (players * sets);
  });
}

function sizeOf(set: number): number {
  let size = 0;
  for (let rest = set; rest > 0; rest >>= 1) size += rest & 1;
  return size;
}
