/** For the head of the page. */
const LEAD =
  'Film and pen are derived from the picture: its strokes are found by thinning the bitmap and drawn anew, its label is never read. The film’s sound track is the voice. So picture, film and pen are three views of one drawing, while caption and voice share with it the digit alone.';
/** Gains that the table shows. */
const WORST = 10;

/**
 * What the report of the joint run shows of the others, as @modalkit/report reads it from parts.json.
 * @param {import('./results.mjs').Results} results
 * @param {ReturnType<import('./gains.mjs').compareGains>} gains
 */
export function partsOf({ strings, speakers, seeds }, gains) {
  const parts = [strings && stringsPart(strings), speakersPart(speakers), seedsPart(seeds, gains)];
  return { lead: LEAD, parts: parts.filter((part) => part !== undefined) };
}

function stringsPart({ values, figures }) {
  const lead =
    'Three to six spoken digits in a row, transcribed by CTC: known speakers, in recordings that training has not heard. A mark shows where CTC recognises a word, often in a single token; it says nothing of how long the word lasts.';
  return { title: 'Digit strings', lead, values, figures };
}

function speakersPart(speakers) {
  const folds = Object.entries(speakers);
  if (folds.length === 0) return undefined;
  const values = Object.fromEntries(
    folds.map(([person, result]) => [`accuracy/${person}`, result.values['accuracy/digit']]),
  );
  const mean = Object.values(values).reduce((sum, { value }) => sum + value, 0) / folds.length;
  const lead = `The digit from the voice alone. In each fold one person is tested, whom training has not heard: it has the other speakers and synthetic voices. Mean of the ${folds.length} folds: ${mean.toFixed(3)}.`;
  const figures = folds.flatMap(([person, result]) =>
    result.figures.map((figure) => ({ ...figure, title: `${person}: ${figure.title}` })),
  );
  return { title: 'Speakers never heard', lead, values, figures };
}

function seedsPart(seeds, { gains, ...found }) {
  const values = gains
    .slice(0, WORST)
    .map(({ name, value, low, high, n }) => [`gain/${name}`, { value, low, high, n }]);
  const matrix = (title, pattern) => ({
    ...{ kind: 'matrix', title, columnTitle: 'seed' },
    rows: Object.keys(pick(seeds[0], pattern)),
    columns: seeds.map(({ config }) => String(config.seed)),
    values: Object.keys(pick(seeds[0], pattern)).map((name) => seeds.map((seed) => pick(seed, pattern)[name])),
  });
  return {
    title: 'Seeds',
    lead: `${verdict(found)} The table has the ${values.length} lowest gains; their intervals hold together, for all comparisons at 95 %.`,
    values: Object.fromEntries(values),
    figures: [
      matrix('Class R@1 of each pair, by seed', PAIRS),
      matrix('Accuracy from each set of inputs, by seed', SUBSETS),
    ],
  };
}

function verdict({ seeds, samples, comparisons, significantlyBelow, margin }) {
  if (comparisons === 0) return 'No run says of each sample whether it was right: nothing can be compared.';
  const over = `Over ${seeds.length === 1 ? 'one seed' : `${seeds.length} seeds`} (${seeds.join(', ')}) and ${samples} samples`;
  const ways = `of ${comparisons} ways to add an input to others`;
  const what = `more than ${100 * margin} point of accuracy (paired by sample, mean over seeds; one-sided, 5 % shared by all: Bonferroni)`;
  const none = `none costs significantly ${what}.`;
  const some = `${significantlyBelow.length} cost significantly ${what}: ${significantlyBelow.join(', ')}.`;
  return `${over}, ${ways} ${significantlyBelow.length === 0 ? none : some}`;
}

/** Names of values, with the part of it in brackets that tells one from another. */
export const PAIRS = /^retrieval\/([^/]+->[^/]+)\/classR1$/;
export const SUBSETS = /^subsets\/digit\/([^/]+)$/;

/** Values whose names match, by the part of the name in brackets. */
export function pick({ values }, pattern) {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, { value }]) => {
      const found = pattern.exec(name);
      return found ? [[found[1], value]] : [];
    }),
  );
}
