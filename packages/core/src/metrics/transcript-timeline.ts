import type { Evaluation, Figure, Track } from '@modalkit/contract';
import { alignLabels } from '../align/align-labels.js';
import type { TokenScores } from '../align/decode-ctc.js';
import { previewTracks } from './timelines.js';

/** What is known of one transcribed sample. */
export interface TimedTranscript {
  /** Row of the evaluation. */
  readonly row: number;
  readonly scores: TokenScores;
  /** `[tokens, 2]`: start and end in seconds. */
  readonly times: Float32Array;
  readonly reference: readonly number[];
  readonly hypothesis: readonly number[];
}

/**
 * A sample's inputs, and below them where CTC sees each word: of the list that is right, if its tokens suffice, and of the
 * one that was read. Undefined where nobody knows the tokens' times.
 */
export async function transcriptTimeline(
  evaluation: Evaluation,
  head: string,
  names: readonly string[],
  { row, scores, times, reference, hypothesis }: TimedTranscript,
): Promise<Figure | undefined> {
  if (!times.some((time) => time > 0)) return undefined;
  const sample = evaluation.samples[row]!;
  const words = (name: string, labels: readonly number[]): Track => ({
    name,
    spans: (alignLabels(scores, labels) ?? []).map(({ label, from, to }) => ({
      start: times[2 * from]!,
      end: times[2 * to - 1]!,
      label: names[label]!,
    })),
  });
  const tracks = [
    ...(await previewTracks(evaluation, sample, Object.keys(sample.inputs))),
    words('right, aligned by CTC', reference),
    words(`read by ${head}`, hypothesis),
  ];
  return { kind: 'timeline', title: `Sample ${sample.id}: where ${head} sees each word`, tracks };
}
