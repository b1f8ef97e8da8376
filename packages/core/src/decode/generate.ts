import type { Decoder, DecoderState, DecoderStep, FusedView, StepContext, Tensor } from '@modalkit/contract';
import type { Chooser, Hypothesis } from './hypothesis.js';

export interface GenerateOptions {
  readonly decoder: Decoder;
  /** Class of the token that ends a sample, when there is one. */
  readonly end?: number;
  /** Of each sample. */
  readonly choosers: readonly Chooser[];
  /** Which of the finished hypotheses is taken: the one with the largest. */
  score(hypothesis: Hypothesis): number;
}

/** A hypothesis that goes on. */
interface Live extends Hypothesis {
  readonly sample: number;
  /** Of the decoder's state. */
  readonly row: number;
}

/**
 * Writes a sequence for each sample, token by token: outside the training step, it reads logits. What has ended takes no part in
 * later steps. Each result holds the token that ends it, unless `maxTokens` cut it off.
 */
export function generate(view: FusedView, context: StepContext, options: GenerateOptions): readonly Hypothesis[] {
  const { decoder, choosers, score } = options;
  const { tf } = context;
  const finished: Hypothesis[][] = choosers.map(() => []);
  let live: readonly Live[] = choosers.map((_, sample) => ({ sample, row: sample, ids: [], logProbability: 0 }));
  let step = tf.tidy(() => decoder.start(view, context) as never) as DecoderStep;
  for (;;) {
    const extended = extend(context, step, live, finished, options);
    const goesOn = ({ ids }: Hypothesis) => ids.at(-1) !== options.end && ids.length < decoder.maxTokens;
    live = extended.filter(goesOn);
    for (const each of extended) if (!goesOn(each)) finished[each.sample]!.push(each);
    if (live.length === 0) break;
    const before = step;
    step = tf.tidy(() => next(view, context, decoder, before.state, live) as never) as DecoderStep;
    release(before, step);
    live = live.map((each, row) => ({ ...each, row }));
  }
  tf.dispose(step as never);
  return finished.map((all) => all.reduce((best, each) => (score(each) > score(best) ? each : best)));
}

/** Every hypothesis that is chosen, one token longer; its row is its parent's. */
function extend(
  { tf }: StepContext,
  { logits }: DecoderStep,
  live: readonly Live[],
  finished: readonly (readonly Hypothesis[])[],
  { choosers }: GenerateOptions,
): Live[] {
  const classes = logits.shape[1]!;
  const data = tf.tidy(() => tf.logSoftmax(logits).dataSync<'float32'>());
  return choosers.flatMap((choose, sample) => {
    const own = live.filter((each) => each.sample === sample);
    if (own.length === 0) return [];
    const rows = own.map(({ row }) => data.subarray(row * classes, (row + 1) * classes));
    return choose(own, rows, finished[sample]!).map(({ parent, id, logProbability }) => ({
      ...own[parent]!,
      ids: [...own[parent]!.ids, id],
      logProbability,
    }));
  });
}

function next(
  view: FusedView,
  context: StepContext,
  decoder: Decoder,
  state: DecoderState,
  live: readonly Live[],
): DecoderStep {
  const { tf } = context;
  const ids = tf.tensor1d(
    live.map((each) => each.ids.at(-1)!),
    'int32',
  );
  return decoder.next(ids, { ...state, rows: rowsOf(context, state.rows, live) }, view, context);
}

/** The state of the hypotheses that go on. */
function rowsOf({ tf }: StepContext, rows: DecoderState['rows'], live: readonly Live[]): DecoderState['rows'] {
  const count = Object.values(rows)[0]!.shape[0];
  if (live.length === count && live.every(({ row }, index) => row === index)) return rows;
  const parents = tf.tensor1d(
    live.map(({ row }) => row),
    'int32',
  );
  return Object.fromEntries(Object.entries(rows).map(([name, tensor]) => [name, gathered(tensor)]));

  function gathered(tensor: Tensor): Tensor {
    if (tensor.dtype !== 'bool') return tf.gather(tensor, parents);
    return tf.cast(tf.gather(tf.cast(tensor, 'int32'), parents), 'bool');
  }
}

/** Disposes what the next step has no more use for. */
function release({ logits, state }: DecoderStep, after: DecoderStep): void {
  const kept = new Set(Object.values(after.state.rows));
  for (const tensor of [logits, ...Object.values(state.rows)]) if (!kept.has(tensor)) tensor.dispose();
}
