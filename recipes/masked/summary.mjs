const INPUTS = ['image', 'audio', 'video', 'sensor'];
/** By how much pre-training must be ahead of random encoders, and of the commonest token. */
const AHEAD = { probe: 0.05, words: 0.2 };
const IMAGE = 0.93;

/**
 * @typedef {{ value: number, low: number, high: number, n: number }} Measured
 * @typedef {{ values: Record<string, Measured>, trainSeconds: number, step: number, backend: string }} Result summary.json of a training
 */

/**
 * What the recipe comes to.
 * @param {{ random: Result, pretrained: Result, words: number, commonest: number }} found
 *   `words`: share of hidden tokens of held-out captions that are found; `commonest`: share of the commonest one
 */
export function summarise({ random, pretrained, words, commonest }) {
  const probe = Object.fromEntries(INPUTS.map((input) => [input, compared(`probe/${input}/10`, random, pretrained)]));
  const image = pretrained.values['probe/image/all'];
  const ahead = INPUTS.filter((input) => probe[input].gain >= AHEAD.probe);
  return {
    holds: {
      probe: ahead.length === INPUTS.length,
      words: words - commonest >= AHEAD.words,
      image: image.value >= IMAGE,
    },
    probe,
    imageAllLabels: {
      random: random.values['probe/image/all'],
      pretrained: image,
    },
    words: { accuracy: words, commonest, gain: words - commonest },
    steps: pretrained.step,
    trainSeconds: pretrained.trainSeconds,
    backend: pretrained.backend,
  };
}

function compared(name, ...runs) {
  const [random, pretrained] = runs.map(({ values }) => values[name]);
  return { random, pretrained, gain: pretrained.value - random.value };
}

/** The mean over all steps of a value in metrics.jsonl. @param {string} lines @param {string} name */
export function meanOfSteps(lines, name) {
  const values = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .flatMap(({ kind, values }) => (kind === 'step' ? [values[name]] : []));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
