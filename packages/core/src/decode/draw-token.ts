/**
 * Draws from the likeliest classes that together have the probability `topP` (nucleus sampling, Holtzman et al. 2020).
 * @param logProbabilities of the classes
 * @param uniform a number in [0, 1)
 */
export function drawToken(
  logProbabilities: Float32Array,
  { topP, temperature = 1 }: { readonly topP: number; readonly temperature?: number },
  uniform: number,
): number {
  const most = logProbabilities.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logProbabilities, (value) => Math.exp((value - most) / temperature));
  const total = powers.reduce((a, b) => a + b, 0);
  const order = [...powers.keys()].sort((a, b) => powers[b]! - powers[a]!);
  let [kept, mass] = [0, 0];
  while (kept < order.length && mass < topP * total) mass += powers[order[kept++]!]!;
  let rest = uniform * mass;
  for (const id of order.slice(0, kept)) {
    rest -= powers[id]!;
    if (rest < 0) return id;
  }
  return order[kept - 1]!;
}
