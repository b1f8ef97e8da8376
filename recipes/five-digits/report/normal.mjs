/**
 * Probability that a standard normal number is below z, by the series of Marsaglia (2004), "Evaluating the normal
 * distribution"; beyond 7 it is 0 or 1.
 * @param {number} z
 */
export function normalBelow(z) {
  if (Math.abs(z) > 7) return z > 0 ? 1 : 0;
  let [sum, term, before] = [z, z, Number.NaN];
  for (let odd = 3; sum !== before; odd += 2) {
    before = sum;
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-(z * z) / 2 - 0.5 * Math.log(2 * Math.PI));
}

/** The z that a standard normal number is below with probability p, by halving. */
export function normalQuantile(p) {
  let [low, high] = [-7, 7];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
