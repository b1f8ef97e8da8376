import {
  CONTRACT,
  definePlugin,
  type Evaluation,
  type Figure,
  METRIC,
  type Metric,
  ModalkitError,
} from '@modalkit/contract';
import { parseOptions, wordsPreview } from '@modalkit/toolkit';
import { z } from 'zod';
import { beamDecode, greedyDecode, type TokenScores } from '../align/decode-ctc.js';
import { bootstrapRatio } from './bootstrap-ratio.js';
import { editDistance } from './edit-distance.js';
import { proportion } from './proportion.js';
import { spreadRows } from './spread-rows.js';
import { type TimedTranscript, transcriptTimeline } from './transcript-timeline.js';

const ID = '@modalkit/core/wordErrorRate';
/** Transcripts in the figure, and those shown over time, some right and some wrong. */
const SHOWN = 12;
const TIMED = { right: 2, wrong: 1 };
const schema = z.strictObject({
  /** A `transcribe` head. */
  head: z.string(),
  /** Column of the list of classes; the head's name when left out. */
  target: z.string().optional(),
  /** The likeliest class of each token, or a search for the likeliest list that keeps so many beginnings. */
  decode: z.union([z.literal('greedy'), z.strictObject({ beam: z.int().min(1).max(1000) })]).default('greedy'),
});

export type WordErrorRateOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

interface Transcript extends TimedTranscript {
  readonly errors: number;
}

/**
 * Word error rate of a `transcribe` head: `wordErrorRate/<head>` = substitutions, deletions and insertions over the number
 * of words in the references, all samples together, with a bootstrap interval over samples (Bisani and Ney 2004);
 * `exactlyRight/<head>` = share of samples without an error. A few are shown beside what was read, and where in time CTC
 * sees their words. Over the samples that have the head's tokens and the target.
 */
export const wordErrorRate = definePlugin((options: WordErrorRateOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const settings = { ...parsed, target: parsed.target ?? parsed.head };
  const metric: Metric & { readonly options: Settings } = {
    id: ID,
    options: settings,
    heads: [settings.head],
    targets: [settings.target],
    measure: (evaluation) => measure(evaluation, settings),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function measure(evaluation: Evaluation, settings: Settings & { readonly target: string }) {
  const { head, target } = settings;
  const names = evaluation.targets[target]?.listOf;
  if (!names)
    throw new ModalkitError(
      'COMPOSE',
      `${ID}: target "${target}" is no list of classes; name that of a \`transcribe\` head.`,
    );
  const transcripts = transcriptsOf(evaluation, settings);
  const errors = transcripts.map((transcript) => transcript.errors);
  const words = transcripts.map(({ reference }) => reference.length);
  const right = errors.filter((count) => count === 0).length;
  const key = `wordErrorRate/${head}`;
  return {
    values: {
      ...(words.some((count) => count > 0) ? { [key]: bootstrapRatio(errors, words, key) } : {}),
      [`exactlyRight/${head}`]: proportion(right, transcripts.length),
    },
    figures:
      transcripts.length > 0
        ? [...(await timelinesOf(evaluation, head, names, transcripts)), gallery(head, transcripts, names)]
        : [],
  };
}

function transcriptsOf(evaluation: Evaluation, { head, target, decode }: Settings & { readonly target: string }) {
  const read = decode === 'greedy' ? greedyDecode : (scores: TokenScores) => beamDecode(scores, decode.beam);
  const [logits, valid] = [evaluation.output(`${head}/tokenLogits`), evaluation.output(`${head}/valid`)];
  const time = evaluation.output(`${head}/time`);
  const references = evaluation.samples.map((sample) => sample.targets[target] ?? undefined);
  const { data, shape } = evaluation.targets[target]!.collate(references);
  const most = shape[1]!;
  const transcripts: Transcript[] = [];
  for (const [row, given] of references.entries()) {
    const tokens = valid.rows.subarray(row * valid.width, (row + 1) * valid.width);
    if (given === undefined || !tokens.some(Boolean)) continue;
    const reference = [...data.subarray(row * most, (row + 1) * most)]
      .filter((label) => label > 0)
      .map((label) => label - 1);
    const scores = { logits: logits.rows.subarray(row * logits.width, (row + 1) * logits.width), valid: tokens };
    const times = time.rows.subarray(row * time.width, (row + 1) * time.width);
    const hypothesis = read(scores);
    transcripts.push({ row, scores, times, reference, hypothesis, errors: editDistance(reference, hypothesis) });
  }
  return transcripts;
}

async function timelinesOf(
  evaluation: Evaluation,
  head: string,
  names: readonly string[],
  transcripts: readonly Transcript[],
): Promise<Figure[]> {
  const some = (wrong: boolean, count: number) => {
    const rows = [...transcripts.keys()].filter((row) => transcripts[row]!.errors > 0 === wrong);
    return spreadRows(rows, count).map((row) => transcripts[row]!);
  };
  const figures: Figure[] = [];
  for (const transcript of [...some(false, TIMED.right), ...some(true, TIMED.wrong)]) {
    const figure = await transcriptTimeline(evaluation, head, names, transcript);
    if (figure) figures.push(figure);
  }
  return figures;
}

/** A few references with what was read, scored by the share of errors. */
function gallery(head: string, transcripts: readonly Transcript[], names: readonly string[]): Figure {
  const words = (labels: readonly number[]) => wordsPreview(labels.map((label) => names[label]).join(' ') || '–');
  const rows = spreadRows([...transcripts.keys()], SHOWN).map((row) => {
    const { reference, hypothesis, errors } = transcripts[row]!;
    const result = { preview: words(hypothesis), score: errors / Math.max(1, reference.length), hit: errors === 0 };
    return { query: words(reference), results: [result] };
  });
  return { kind: 'gallery', title: `What the head ${head} reads for a list, with its word error rate`, rows };
}
