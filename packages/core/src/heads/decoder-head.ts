import {
  type FusedView,
  type Head,
  type InitContext,
  ModalkitError,
  type StepContext,
  type Tensor,
  type Tf,
  type TokenClasses,
  type Vocabulary,
} from '@modalkit/contract';
import { embedding, initEmbedding } from '@modalkit/toolkit';
import { checkHeads } from '../fusion/check-fusion.js';
import type { DecoderSettings } from './decoder.js';
import { initStack, runStack, type Source, startStack, stepStack } from './decoder-stack.js';

const FUSED = 'fused';

/** The head behind `decoder()`. */
export function decoderHead(id: string, options: DecoderSettings): Head {
  const { input, from, maxTokens, choice } = options;
  return {
    id,
    options,
    needsFusion: from === FUSED,
    inputs: from === FUSED ? undefined : [from],
    init: (context, classes) => init(id, context, classes[input]!, options),
    predict: (view, context) => (view.inputs[input] ? teach(view, context, options) : {}),
    decoder: {
      input,
      maxTokens,
      choice,
      start(view, context) {
        const source = sourceOf(view, context.tf, from);
        const vocabulary = vocabularyOf(view, context, options);
        const state = startStack(context, source, options);
        return scored(context, vocabulary, firstToken(context, vocabulary, source.valid.shape[0]!), state, options);
      },
      next(ids, state, view, context) {
        const vocabulary = vocabularyOf(view, context, options);
        return scored(context, vocabulary, vocabulary.embed(context.tf.expandDims(ids, 1)), state, options);
      },
    },
  };
}

function init(id: string, context: InitContext, { classes, begin }: TokenClasses, options: DecoderSettings): void {
  const { width } = context.space;
  checkHeads(id, width, options.heads);
  initStack(context, options);
  if (options.embedding === 'free') initEmbedding(context, 'embedding', classes, width);
  if (begin === undefined) initEmbedding(context, 'begin', 1, width);
}

function scored(
  context: StepContext,
  vocabulary: Vocabulary,
  token: Tensor,
  before: Parameters<typeof stepStack>[2],
  options: DecoderSettings,
) {
  const { x, state } = stepStack(context, token, before, options);
  return { logits: context.tf.squeeze(vocabulary.score(x), [1]), state };
}

/** Every token of the input's samples, given those before it. */
function teach(view: FusedView, context: StepContext, options: DecoderSettings): Record<string, Tensor> {
  const { tf } = context;
  const vocabulary = vocabularyOf(view, context, options);
  const source = sourceOf(view, tf, options.from);
  const { given, asked, counted } = lessonOf(view, context, vocabulary, options);
  const logits = vocabulary.score(runStack(context, given, source, options));
  const logProbabilities = tf.logSoftmax(logits);
  const own = tf.oneHot(asked as never, vocabulary.classes, 1, 0, 'float32');
  const taught = tf.logicalAnd(counted, tf.any(source.valid, 1, true));
  return {
    costs: tf.neg(tf.sum(tf.mul(logProbabilities, own), 2)),
    evenCosts: tf.neg(tf.mean(logProbabilities, 2)),
    counted: tf.cast(taught, 'float32'),
    right: tf.cast(tf.equal(tf.argMax(logits, 2), asked), 'float32'),
  };
}

interface Lesson {
  readonly given: Source;
  /** `[B,T]` int32: what follows each given token. */
  readonly asked: Tensor;
  /** `[B,T]` bool. */
  readonly counted: Tensor;
}

/** The tokens of a sample moved on by one; where a vocabulary has no token that begins, one is learnt and put before them. */
function lessonOf(
  view: FusedView,
  context: StepContext,
  vocabulary: Vocabulary,
  { input, maxTokens }: DecoderSettings,
): Lesson {
  const { tf } = context;
  const { target, valid, present } = view.inputs[input]!;
  if (!target)
    throw new ModalkitError('PLUGIN', `The tokens of "${input}" carry no \`target\`, which its adapter promises.`);
  const [batch, tokens] = target.shape as [number, number];
  const real = tf.logicalAnd(valid, tf.expandDims(present, 1));
  if (vocabulary.begin !== undefined) {
    const length = Math.min(tokens - 1, maxTokens);
    const part = (x: Tensor, first: number) => tf.slice(x, [0, first], [batch, length]);
    const given = { values: vocabulary.embed(part(target, 0)), valid: part(real, 0) };
    return { given, asked: part(target, 1), counted: part(real, 1) };
  }
  const length = Math.min(tokens, maxTokens);
  const begin = firstToken(context, vocabulary, batch);
  const values = tf.slice(tf.concat([begin, vocabulary.embed(target)], 1), [0, 0, 0], [batch, length, -1]);
  const before = tf.concat([tf.expandDims(present, 1), real], 1);
  const part = (x: Tensor) => tf.slice(x, [0, 0], [batch, length]);
  return { given: { values, valid: part(before) }, asked: part(target), counted: part(real) };
}

/** What is read before the first token, `[B,1,D]`. */
function firstToken(context: StepContext, { begin, embed }: Vocabulary, batch: number): Tensor {
  const { tf } = context;
  if (begin !== undefined) return embed(tf.fill([batch, 1], begin, 'int32'));
  return tf.tile(tf.expandDims(context.weight('begin'), 0), [batch, 1, 1]);
}

/** What is read; a sample without any of it has no valid token. */
function sourceOf({ fused, inputs }: FusedView, tf: Tf, from: string): Source {
  if (from === FUSED) return fused!;
  const { values, valid, present } = inputs[from]!;
  return { values, valid: tf.logicalAnd(valid, tf.expandDims(present, 1)) };
}

/** The input's vocabulary, with a table of the decoder's own where it is free. */
function vocabularyOf(view: FusedView, context: StepContext, { input, embedding: kind }: DecoderSettings): Vocabulary {
  const vocabulary = view.vocabularies![input]!;
  if (kind === 'shared') return vocabulary;
  const { tf } = context;
  const table = () => context.weight('embedding');
  const score = (x: Tensor) =>
    tf.reshape(tf.matMul(tf.reshape(x, [-1, x.shape[2]!]), table() as never, false, true), [
      ...x.shape.slice(0, 2),
      vocabulary.classes,
    ]);
  return { ...vocabulary, embed: (ids) => embedding(context, 'embedding', ids), score };
}
