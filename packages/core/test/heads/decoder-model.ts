import { type FusedView, HEAD, type Tensor } from '@modalkit/contract';
import { createTestModel } from '@modalkit/toolkit/testing';
import { chooserOf } from '../../src/decode/chooser-of.js';
import { generate } from '../../src/decode/generate.js';
import { beamScore } from '../../src/decode/search-beam.js';
import { type DecoderOptions, decoder } from '../../src/heads/index.js';
import { lettersAdapter } from '../fixtures/letters-plugin.js';
import { inputOf, noise, WIDTH } from '../fusion/fusion-batch.js';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';

interface Given {
  readonly options?: Partial<DecoderOptions>;
  readonly marks?: boolean;
  readonly letters?: number;
  readonly seed?: number;
}

/** A decoder of words in a model of its own, its weights large enough to tell. */
export function decoderModel({ options, marks = true, letters = 4, seed = 1 }: Given = {}) {
  const head = partOf(decoder({ input: 'word', layers: 2, heads: 2, maxTokens: 6, ...options }), HEAD, 'heads/reply');
  const adapter = lettersAdapter({ letters, marks });
  const target = adapter.target as Extract<typeof adapter.target, { kind: 'classes' }>;
  const { init, step, weights } = createTestModel({ tf, state: undefined, width: WIDTH, seed });
  const own = { init: init.scope('word'), step: step.scope('word') };
  adapter.init(own.init);
  const marksOf = { classes: target.classes(undefined), begin: target.begin, end: target.end };
  head.init(init.scope('heads'), { word: marksOf });
  for (const [name, weight] of weights)
    if (/table|embedding|begin/.test(name)) weight.assign(noise(`${name}/${seed}`, weight.shape));
  const vocabularies = {
    word: {
      ...marksOf,
      embed: (ids: Tensor) => target.embed(ids, own.step),
      score: (tokens: Tensor) => target.score(tokens, own.step),
    },
  };
  const context = step.scope('heads');
  /** A view of samples with sources of these lengths, and the words that they are taught by. */
  const viewOf = (lengths: number[], words?: (number[] | null)[], source?: Tensor): FusedView => {
    const { values, valid } = inputOf('source', lengths, 4, source);
    const view = { fused: { values, valid, spans: {}, pooled: tf.zeros([lengths.length, WIDTH]) }, vocabularies };
    return { ...view, inputs: words ? { word: wordInput(words) } : {} } as FusedView;
  };
  const predict = (view: FusedView): Record<string, Tensor> => head.predict(view, context);
  const write = (view: FusedView, rows: number, choice = head.decoder!.choice, numbers = 1) =>
    generate(view, context, {
      decoder: head.decoder!,
      end: marksOf.end,
      choosers: Array.from({ length: rows }, (_, row) =>
        chooserOf(choice, head.decoder!.maxTokens, {
          uniform: (_p, place = 0) => ((numbers * 997 + row * 131 + place * 37) % 100) / 100,
        }),
      ),
      score: (each) =>
        beamScore(each, typeof choice === 'object' && 'beam' in choice ? (choice.lengthPenalty ?? 0) : 0),
    });
  return { head, weights, context, viewOf, predict, write };
}

/** Words as an encoder hands them on: classes, padded to the longest and one more. */
export function wordInput(words: readonly (number[] | null)[]) {
  const length = Math.max(...words.map((word) => word?.length ?? 0)) + 1;
  const rows = words.map((word) => Array.from({ length }, (_, place) => word?.[place] ?? 0));
  return {
    target: tf.tensor2d(rows, undefined, 'int32'),
    valid: tf.tensor2d(
      words.map((word) => Array.from({ length }, (_, place) => Number(place < (word?.length ?? 0)))),
      undefined,
      'bool',
    ),
    present: tf.tensor1d(
      words.map((word) => word !== null),
      'bool',
    ),
  };
}

/** `[rows][columns]` of a tensor. */
export const rowsOf = (tensor: Tensor) => tensor.arraySync() as number[][];
