/**
 * @typedef {{ width: number, rows: Float32Array, length: number }} Sequence vectors `[length, width]` at equal steps of time
 * @typedef {{ lag: number, sureness: number }} Peak `lag` in steps, between steps too; `sureness`: by how many standard deviations
 *   of the other lags the best one stands out
 */

/**
 * How alike two sequences are when one is moved against the other: the mean cosine of what then lies side by side, each
 * sequence's own mean taken out.
 * @param {Sequence} a
 * @param {Sequence} b
 * @param {number} most largest lag in steps; lag k lays b's step t + k beside a's step t
 * @returns {Float64Array} of lags `-most` … `most`
 */
export function correlate(a, b, most) {
  const [left, right] = [centred(a), centred(b)];
  const { width, length } = a;
  return Float64Array.from({ length: 2 * most + 1 }, (_, at) => {
    const lag = at - most;
    const [from, to] = [Math.max(0, -lag), Math.min(length, b.length - lag)];
    let sum = 0;
    for (let step = from; step < to; step++)
      for (let column = 0; column < width; column++)
        sum += left[step * width + column] * right[(step + lag) * width + column];
    return sum / (to - from);
  });
}

function centred({ rows, width, length }) {
  const mean = new Float64Array(width);
  for (const [at, value] of rows.entries()) mean[at % width] += value / length;
  return rows.map((value, at) => value - mean[at % width]);
}

/**
 * The best lag, by a parabola through it and its neighbours.
 * @param {Float64Array} correlation
 * @param {number} around lags up to this many steps from the best belong to it
 * @returns {Peak}
 */
export function peakOf(correlation, around) {
  const most = (correlation.length - 1) / 2;
  const best = correlation.indexOf(Math.max(...correlation));
  const [before, at, after] = [best - 1, best, best + 1].map((index) => correlation[index] ?? correlation[best]);
  const bend = before - 2 * at + after;
  const others = correlation.filter((_, index) => Math.abs(index - best) > around);
  const mean = others.reduce((sum, value) => sum + value, 0) / others.length;
  const spread = Math.sqrt(others.reduce((sum, value) => sum + (value - mean) ** 2, 0) / others.length);
  return { lag: best - most + (bend < 0 ? (before - after) / (2 * bend) : 0), sureness: (at - mean) / (spread || 1) };
}
