import { type Adapter, CONTRACT, type LiveWindow } from '@modalkit/contract';
import {
  embedding,
  gelu,
  hideTokens,
  initEmbedding,
  initLinear,
  linear,
  maskedMean,
  validFromLengths,
  zeroInvalid,
} from '@modalkit/toolkit';
import { z } from 'zod';
import type { DigitsOptions } from './digits-options.js';

/** A list of digits, or the name of a JSON file that holds one. */
export interface RawDigits {
  readonly digits?: readonly number[];
  readonly file?: string;
}

export interface DigitsState {
  readonly classes: number;
}

export interface PreparedDigits {
  readonly ids: Int32Array;
}

export type DigitsAdapter = Adapter<RawDigits, DigitsState, PreparedDigits>;

const list = z.array(z.int().min(0).max(9)).max(64);
const read = async ({ digits, file }: RawDigits, from: (path: string) => Promise<Uint8Array>) =>
  digits ?? list.parse(JSON.parse(Buffer.from(await from(file!)).toString()).digits);

/** Tokens of a window of live input. */
const WINDOW = 2;

/**
 * An adapter that keeps every promise and has every hook: the broken ones differ from it in one thing. Its samples are lists of
 * digits, one token a digit, each encoded by itself.
 */
export function digitsAdapter(options: DigitsOptions): DigitsAdapter {
  const { width } = options;
  return {
    id: 'digits',
    modality: 'digits',
    contract: CONTRACT,
    version: '1',
    options,
    prepares: {},
    supports: {
      positions: ['time', 'order'],
      masks: ['random', 'span', 'drop'],
      paddingInvariant: true,
      streaming: true,
    },
    sample: z.strictObject({ digits: list.optional(), file: z.string().optional() }),
    files: ({ file }) => (file === undefined ? [] : [file]),
    fit: async (samples, { read: from }) => {
      let most = 0;
      for await (const sample of samples) most = Math.max(most, ...(await read(sample, from)));
      return { classes: most + 1 };
    },
    prepare: async (sample, context) => {
      const digits = await read(sample, context.read);
      if (digits.length === 0) throw new Error('there is no digit');
      return { ids: Int32Array.from(digits) };
    },
    augment: ({ ids }, random, { state }) => ({
      ids: ids.map((id, at) => (random.uniform('turn', at) < 0.3 ? (id + 1) % state.classes : id)),
    }),
    length: ({ ids }) => ids.length,
    collate: (prepared, { batch, length }) => {
      const time = new Float32Array(batch * length * 2);
      const [ids, order] = [new Int32Array(batch * length), new Int32Array(batch * length)];
      for (const [row, sample] of prepared.entries())
        sample?.ids.forEach((id, token) => {
          const at = row * length + token;
          ids[at] = id;
          order[at] = token;
          time.set([token / 10, (token + 1) / 10], 2 * at);
        });
      return {
        valid: validFromLengths(
          prepared.map((sample) => sample?.ids.length ?? 0),
          length,
        ),
        time: { dtype: 'float32', shape: [batch, length, 2], data: time },
        order: { dtype: 'int32', shape: [batch, length], data: order },
        ids: { dtype: 'int32', shape: [batch, length], data: ids },
      };
    },
    init: (context) => {
      // the last row stands for a hidden token
      initEmbedding(context, 'embedding', context.state.classes + 1, width);
      initLinear(context, 'mix', width, width);
      initLinear(context, 'align', width, context.space.width);
      initLinear(context, 'score', context.space.width, context.state.classes);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: ({ valid, time, order, ids }, { hidden }, context) => {
      const { tf, training, random, state } = context;
      const seen = tf.where(hidden, tf.scalar(state.classes, 'int32'), ids!);
      const mixed = gelu(tf, linear(context, 'mix', embedding(context, 'embedding', seen)));
      const kept = training
        ? tf.mul(mixed, tf.cast(tf.less(random.uniform('drop', mixed.shape), 0.9), 'float32'))
        : mixed;
      return { values: zeroInvalid(tf, kept, valid), valid, hidden, target: ids, position: { time, order } };
    },
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: {
      kind: 'classes',
      classes: (state) => (state as DigitsState).classes,
      embed: (ids, context) => linear(context, 'align', embedding(context, 'embedding', ids)),
      score: (hidden, context) => linear(context, 'score', hidden),
    },
    decode: (ids) => ({ digits: [...ids] }),
    preview: async (sample, context) => ({ kind: 'words', text: (await read(sample, context.read)).join(' ') }),
    stream: () => {
      let waiting: number[] = [];
      const windows = (least: number): LiveWindow<PreparedDigits>[] => {
        const found = [];
        while (waiting.length >= least) {
          const ids = Int32Array.from(waiting.slice(0, WINDOW));
          waiting = waiting.slice(WINDOW);
          found.push({ prepared: { ids }, time: [0, 1] as const, arrived: 0 });
        }
        return found;
      };
      return {
        push: (event) => {
          if (event.kind === 'data') waiting.push(...(event.value as number[]));
          return windows(WINDOW);
        },
        flush: () => windows(1),
      };
    },
    dispose: () => undefined,
  };
}
