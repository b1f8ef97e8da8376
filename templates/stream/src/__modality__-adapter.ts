import { type Adapter, CONTRACT } from '@modalkit/contract';
import { hideTokens, initLinear, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { z } from 'zod';
import { name } from '../package.json';
import type { ParsedOptions } from './__modality__-options.js';
import { collateWindows } from './collate-windows.js';
import { encodeWindows, initEncoder } from './encode-windows.js';
import { parseRecording } from './recording.js';
import { fitStatistics, type Statistics } from './statistics.js';
import { cutEvents, type PreparedWindows, windowStream } from './windows.js';

/** The adapter behind the input. Its three verbs are `encode`, `align` and `mask`; `stream` cuts live input. */
export function __modality__Adapter(options: ParsedOptions): Adapter<string, Statistics, PreparedWindows> {
  const { channels, window, maxTokens, width } = options;
  return {
    id: name,
    modality: '__modality__',
    contract: CONTRACT,
    // Raise it when `prepare` changes: what was cached before is then prepared anew.
    version: '1',
    options,
    prepares: { channels, window, maxTokens },
    // Each token is encoded by itself, so those of a stream are those of the whole recording.
    supports: { positions: ['time'], masks: ['random', 'span', 'drop'], paddingInvariant: true, streaming: true },
    sample: z.string().endsWith('.jsonl'),
    files: (path) => [path],

    // On the host, in workers: no tensors here. Statistics are learnt from prepared samples, so `prepare` is given none.
    prepare: async (path, context) => cutEvents(parseRecording(path, await context.read(path), options), options),
    fitPrepared: (samples) => fitStatistics(samples, channels),
    length: ({ values }) => values.length / channels,
    collate: (prepared, bucket, { state }) => collateWindows(prepared, bucket, state),
    stream: () => windowStream(options),

    // In the step: `context.tf`, no reading of tensors, random numbers by `context.random` alone.
    init: (context) => {
      initEncoder(context, options);
      initLinear(context, 'align', width, context.space.width);
      initLinear(context, 'score', context.space.width, channels);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: (arrays, { hidden }, context) => encodeWindows(arrays, hidden, context),
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: { kind: 'values', width: channels, score: (hidden, context) => linear(context, 'score', hidden) },

    // For people.
    preview: async (path, context) => {
      const { time, values } = cutEvents(parseRecording(path, await context.read(path), options), options);
      const series = Array.from({ length: channels }, (_, channel) =>
        Array.from(values.filter((_, at) => at % channels === channel)),
      );
      const names = series.map((_, channel) => `channel ${channel + 1}`);
      return { kind: 'series', names, rate: 1 / window, start: time[0], values: series };
    },
  };
}
