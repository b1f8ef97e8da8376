import { type Adapter, CONTRACT } from '@modalkit/contract';
import { hideTokens, initLinear, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { z } from 'zod';
import { name } from '../package.json';
import type { ParsedOptions } from './__modality__-options.js';
import { collateRows } from './collate-rows.js';
import { encodeRows, initEncoder } from './encode-rows.js';
import { fitStatistics, type Row, type Statistics } from './statistics.js';

/** The adapter behind the input. Its three verbs are `encode`, `align` and `mask`. */
export function __modality__Adapter(options: ParsedOptions): Adapter<Row[], Statistics, Float32Array> {
  const { channels, maxTokens, width } = options;
  return {
    id: name,
    modality: '__modality__',
    contract: CONTRACT,
    // Raise it when `prepare` changes: what was cached before is then prepared anew.
    version: '1',
    options,
    prepares: { channels, maxTokens },
    supports: { positions: ['order'], masks: ['random', 'span', 'drop'], paddingInvariant: true },
    share: options.share,
    sample: z.array(z.array(z.number()).length(channels)).min(1).max(maxTokens),

    // On the host, in workers: no tensors here.
    fit: (samples) => fitStatistics(samples, channels),
    prepare: async (rows, { state: { mean, std } }) =>
      Float32Array.from(rows.flatMap((row) => row.map((value, channel) => (value - mean[channel]!) / std[channel]!))),
    length: (values) => values.length / channels,
    collate: (prepared, bucket) => collateRows(prepared, bucket, channels),

    // In the step: `context.tf`, no reading of tensors, random numbers by `context.random` alone.
    init: (context) => {
      initEncoder(context, options);
      initLinear(context, 'align', width, context.space.width);
      initLinear(context, 'score', context.space.width, channels);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: (arrays, { hidden }, context) => encodeRows(arrays, hidden, context, options),
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: { kind: 'values', width: channels, score: (hidden, context) => linear(context, 'score', hidden) },

    // For people.
    preview: async (rows) => ({
      kind: 'series',
      names: Array.from({ length: channels }, (_, channel) => `channel ${channel + 1}`),
      rate: 1,
      values: Array.from({ length: channels }, (_, channel) => rows.map((row) => row[channel]!)),
    }),
  };
}
