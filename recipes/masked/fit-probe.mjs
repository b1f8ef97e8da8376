/** Steps of gradient descent with momentum. */
const STEPS = 600;

/**
 * A linear probe: multinomial logistic regression on standardised vectors, with the penalty |W|^2 / 2n on its weights (the usual
 * C = 1), fitted to the end by accelerated gradient descent (Nesterov 1983).
 * @param {readonly ArrayLike<number>[]} vectors one a sample, of equal width
 * @param {readonly number[]} labels a class from 0 each
 * @param {number} classes
 * @returns {(vector: ArrayLike<number>) => number} the likeliest class
 */
export function fitProbe(vectors, labels, classes) {
  const { standardise, width } = standardiser(vectors);
  const rows = vectors.map(standardise);
  const penalty = 1 / rows.length;
  // The curvature of the loss is at most half the rows' mean square length, 1 for the bias among it, plus the penalty's.
  const rate = 1 / (rows.reduce((sum, row) => sum + dot(row, row, 0, width + 1), 0) / rows.length / 2 + penalty);
  let weights = new Float64Array(classes * (width + 1));
  let ahead = weights;
  for (let step = 1; step <= STEPS; step++) {
    const slope = gradient(rows, labels, ahead, classes, penalty);
    const next = ahead.map((value, at) => value - rate * slope[at]);
    const momentum = (step - 1) / (step + 2);
    ahead = next.map((value, at) => value + momentum * (value - weights[at]));
    weights = next;
  }
  return (vector) => likeliest(scoresOf(standardise(vector), weights, classes));
}

/** To mean 0 and deviation 1 of each number over the samples, and a 1 for the bias at the end. */
function standardiser(vectors) {
  const width = vectors[0].length;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const vector of vectors)
    for (let at = 0; at < width; at++) {
      mean[at] += vector[at] / vectors.length;
      square[at] += vector[at] ** 2 / vectors.length;
    }
  const deviation = square.map((value, at) => Math.sqrt(Math.max(value - mean[at] ** 2, 1e-12)));
  const standardise = (vector) =>
    Float64Array.from({ length: width + 1 }, (_, at) => (at < width ? (vector[at] - mean[at]) / deviation[at] : 1));
  return { standardise, width };
}

/** Of the mean of -ln softmax(scores)_label and the penalty, which spares the biases. */
function gradient(rows, labels, weights, classes, penalty) {
  const wide = rows[0].length;
  const slope = weights.map((value, at) => (at % wide === wide - 1 ? 0 : penalty * value));
  for (const [index, row] of rows.entries()) {
    const scores = scoresOf(row, weights, classes);
    const most = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - most));
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (let name = 0; name < classes; name++) {
      const off = (powers[name] / total - Number(name === labels[index])) / rows.length;
      for (let at = 0; at < wide; at++) slope[name * wide + at] += off * row[at];
    }
  }
  return slope;
}

const scoresOf = (row, weights, classes) =>
  Array.from({ length: classes }, (_, name) => dot(row, weights, name * row.length, row.length));

function dot(row, values, from, length) {
  let sum = 0;
  for (let at = 0; at < length; at++) sum += row[at] * values[from + at];
  return sum;
}

const likeliest = (scores) => scores.indexOf(Math.max(...scores));
