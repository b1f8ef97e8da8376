import type { Evaluation, Figure, Preview } from '@modalkit/contract';
import type { PairedRows } from './paired-rows.js';
import { similarityRows } from './similarity-rows.js';
import { spreadRows } from './spread-rows.js';

const QUERIES = 10;
const ANSWERS = 6;

/**
 * A few queries of input a with the most similar samples of b. An answer is a hit when its label is the query's or,
 * without labels, when it is the query's own pair.
 */
export async function retrievalGallery(
  evaluation: Evaluation,
  [a, b]: readonly [string, string],
  { width, samples, left, right }: PairedRows,
  labels: Int32Array,
): Promise<Figure> {
  const preview = (input: string, row: number) => previewOf(evaluation, input, samples[row]!);
  const rows = chosenQueries(labels).map(async (query) => {
    const results = best(left.subarray(query * width, (query + 1) * width), right, width).map(
      async ({ row, score }) => ({
        preview: await preview(b, row),
        score,
        hit: labels[query]! < 0 ? row === query : labels[row] === labels[query],
      }),
    );
    return { query: await preview(a, query), results: await Promise.all(results) };
  });
  return { kind: 'gallery', title: `What ${b} is found for ${a}`, rows: await Promise.all(rows) };
}

/** The first query of each label, or evenly spread ones when there are no labels. */
function chosenQueries(labels: Int32Array): number[] {
  const firsts = [...new Set(labels)].filter((label) => label >= 0).sort((a, b) => a - b);
  if (firsts.length === 0) return spreadRows([...labels.keys()], QUERIES);
  return firsts.slice(0, QUERIES).map((label) => labels.indexOf(label));
}

function best(query: Float32Array, candidates: Float32Array, width: number): { row: number; score: number }[] {
  let found: { row: number; score: number }[] = [];
  similarityRows(query, candidates, width, (_, cosines) => {
    found = Array.from(cosines, (score, row) => ({ row, score })).sort((x, y) => y.score - x.score);
  });
  return found.slice(0, ANSWERS);
}

async function previewOf(evaluation: Evaluation, input: string, row: number): Promise<Preview> {
  const sample = evaluation.samples[row]!;
  return (await evaluation.preview(input, sample.inputs[input])) ?? { kind: 'words', text: sample.id };
}
