import { type Adapter, CONTRACT } from '@modalkit/contract';
import { embedding, hideTokens, initEmbedding, initLinear, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { name } from '../package.json';
import type { ParsedOptions } from './clicks-options.js';
import { collateSessions, type PreparedSession } from './collate-sessions.js';
import { classesOf, encodeSessions, initEncoder } from './encode-sessions.js';
import { type Events, fitEvents, type Session, sessionSchema } from './session.js';

/** The adapter behind the input: a sample is a session of events at irregular times, a token is an event. */
export function clicksAdapter(options: ParsedOptions): Adapter<Session, Events, PreparedSession> {
  const { maxTokens, width } = options;
  return {
    id: name,
    modality: 'clicks',
    contract: CONTRACT,
    version: '1',
    options,
    prepares: { maxTokens },
    supports: { positions: ['time', 'order'], masks: ['random', 'span', 'drop'], paddingInvariant: true },
    share: options.share,

    sample: sessionSchema(maxTokens),
    fit: (samples) => fitEvents(samples),
    prepare: async (session, { state }) => ({
      time: Float32Array.from(session, ({ time }) => time),
      ids: Int32Array.from(session, ({ event }) => state.events.indexOf(event) + 1),
    }),
    length: ({ ids }) => ids.length,
    collate: collateSessions,

    init: (context) => {
      initEncoder(context, options);
      initLinear(context, 'align', width, context.space.width);
      initEmbedding(context, 'target', classesOf(context.state), context.space.width);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: (arrays, { hidden }, context) => encodeSessions(arrays, hidden, context, options),
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: {
      kind: 'classes',
      classes: (state) => classesOf(state as Events),
      embed: (ids, context) => embedding(context, 'target', ids),
      score: (hidden, context) => {
        const { tf } = context;
        const table = context.weight('target');
        const flat = tf.matMul(tf.reshape(hidden, [-1, table.shape[1]!]), table as never, false, true);
        return tf.reshape(flat, [...hidden.shape.slice(0, -1), table.shape[0]!]);
      },
    },

    preview: async (session) => ({
      kind: 'words',
      text: session.map(({ time, event }) => `${time.toFixed(1)} s ${event}`).join(', '),
    }),
  };
}
