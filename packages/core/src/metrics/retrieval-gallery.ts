import type { Evaluation, Figure, Preview } from '@modalkit/contract';
import type { PairedRows } from './paired-rows.js';
import { similarityRows } from './similarity-rows.js';
import { spreadRows } from './spread-rows.js';

type GalleryFigure = Extract<Figure, { readonly kind: 'gallery' }>;

const ANSWERS = 6;

/**
 * A few queries of input a with the most similar samples of b. An answer is a hit when its label is the query's or,
 * without labels, when it is the query's own pair. What has no preview is left out.
 * @param queries how many
 */
export async function retrievalGallery(
  evaluation: Evaluation,
  [a, b]: readonly [string, string],
  { width, samples, left, right }: PairedRows,
  labels: Int32Array,
  queries: number,
): Promise<GalleryFigure> {
  const preview = (input: string, row: number) => previewOf(evaluation, input, samples[row]!);
  const rows: GalleryFigure['rows'][number][] = [];
  for (const query of chosenQueries(labels, queries)) {
    const shown = await preview(a, query);
    const results: GalleryFigure['rows'][number]['results'][number][] = [];
    for (const { row, score } of best(left.subarray(query * width, (query + 1) * width), right, width)) {
      const answer = await preview(b, row);
      const hit = labels[query]! < 0 ? row === query : labels[row] === labels[query];
      if (answer) results.push({ preview: answer, score, hit });
    }
    if (shown && results.length > 0) rows.push({ query: shown, results });
  }
  return { kind: 'gallery', title: `What ${b} is found for ${a}`, rows };
}

/** The first query of each label, or evenly spread ones when there are no labels. */
function chosenQueries(labels: Int32Array, queries: number): number[] {
  const firsts = [...new Set(labels)].filter((label) => label >= 0).sort((a, b) => a - b);
  if (firsts.length === 0) return spreadRows([...labels.keys()], queries);
  return spreadRows(firsts, queries).map((label) => labels.indexOf(label));
}

function best(query: Float32Array, candidates: Float32Array, width: number): { row: number; score: number }[] {
  let found: { row: number; score: number }[] = [];
  similarityRows(query, candidates, width, (_, cosines) => {
    found = Array.from(cosines, (score, row) => ({ row, score })).sort((x, y) => y.score - x.score);
  });
  return found.slice(0, ANSWERS);
}

async function previewOf(evaluation: Evaluation, input: string, row: number): Promise<Preview | undefined> {
  return evaluation.preview(input, evaluation.samples[row]!.inputs[input]);
}
