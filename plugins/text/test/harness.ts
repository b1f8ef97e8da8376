import type { BatchTensors, Tensor } from '@modalkit/contract';
import { ADAPTER, type Adapter, type HostContext, type Plugin, type Scope } from '@modalkit/contract';
import { createTestModel, type TestModel, tensorsOf } from '@modalkit/toolkit/testing';
import { type TokenizerState, text } from '../src/index.js';
import { corpus } from './corpus.js';
import { tf } from './tf.js';

export type TextAdapter = Adapter<string, TokenizerState, Int32Array>;

/** The adapter that a plugin provides. */
export function adapterOf(plugin: Plugin): TextAdapter {
  let adapter: TextAdapter | undefined;
  plugin.setup({
    slot: 'inputs/caption',
    provide: (token, factory) => {
      if (token.key === ADAPTER.key) adapter = factory() as TextAdapter;
    },
  } as Scope);
  return adapter!;
}

export function hostContext<State>(state: State): HostContext<State> {
  const refuse = () => Promise.reject(new Error('text reads no media'));
  return { input: 'caption', state, read: refuse, locate: refuse };
}

export type Built = {
  adapter: TextAdapter;
  state: TokenizerState;
  host: HostContext<TokenizerState>;
} & TestModel<TokenizerState>;

/** A small fitted text input with declared weights. */
export async function build(options: Parameters<typeof text>[0] = {}, width = 6): Promise<Built> {
  const adapter = adapterOf(text({ vocabulary: 300, maxTokens: 16, width: 4, heads: 2, layers: 1, ...options }));
  const state = await adapter.fit!(corpus(), hostContext(undefined));
  const model = createTestModel({ tf, state, seed: 7, width });
  adapter.init(model.init);
  return { adapter, state, host: hostContext(state), ...model };
}

/** Prepared, collated and made tensors; an undefined text is an absent sample. */
export async function batch(
  { adapter, host }: Built,
  texts: readonly (string | undefined)[],
  length: number,
): Promise<BatchTensors> {
  const rows = await Promise.all(
    texts.map((sample) => (sample === undefined ? sample : adapter.prepare(sample, host))),
  );
  return tensorsOf(tf, adapter.collate(rows, { batch: texts.length, length }, host));
}

/** Encoded and aligned. */
export function run({ adapter, step }: Built, arrays: BatchTensors, hidden: Tensor = tf.zerosLike(arrays.valid)) {
  return adapter.align(adapter.encode(arrays, { hidden }, step), step.space, step);
}

/** Values of a tensor as nested arrays rounded to 6 digits. */
export const rounded = (tensor: Tensor) =>
  JSON.parse(JSON.stringify(tensor.arraySync(), (_, value) => (typeof value === 'number' ? +value.toFixed(6) : value)));
