import { type Adapter, CONTRACT, type HostContext, type Json, ModalkitError } from '@modalkit/contract';
import { hideTokens, initLinear, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { acceptsRecording } from './accepts-recording.js';
import { augmentWindows } from './augment-windows.js';
import { type ChannelStatistics, fitStatistics, unchanged } from './channel-statistics.js';
import { collateWindows } from './collate-windows.js';
import { encodeWindows } from './encode-windows.js';
import { readRecording } from './files/read-recording.js';
import { initMixing } from './mix-windows.js';
import { prepareOptions } from './prepare-options.js';
import { prepareSample } from './prepare-sample.js';
import { previewRecording } from './preview-recording.js';
import { fileOf, nameOf, type RawSensor, rawSensor } from './raw-sensor.js';
import type { ParsedSensorOptions } from './sensor-options.js';
import { SensorStream } from './sensor-stream.js';
import { standardScores } from './standard-scores.js';
import { windowEncoder } from './window-encoder.js';
import type { PreparedSensor } from './windows.js';

/** Of the channels, and of the numbers of their spectra where they are encoded so. */
export type SensorState = (ChannelStatistics & { readonly spectrum?: ChannelStatistics }) | undefined;

/** The adapter behind `sensor()`: one token a window of all channels. */
export function sensorAdapter(options: ParsedSensorOptions): Adapter<RawSensor, SensorState, PreparedSensor> {
  const { channels, width } = options;
  const prepares = prepareOptions(options);
  const encoder = windowEncoder(options, 2 * channels.length);
  const { targetWidth } = encoder;
  const statistics = (state: SensorState) => state ?? unchanged(channels.length);
  return {
    id: '@modalkit/sensor',
    modality: 'sensor',
    contract: CONTRACT,
    // What was learnt of spectra is of spectra without the mean from version 2 on.
    version: options.encoder === 'spectrum' ? '2' : '1',
    options: options as unknown as Json,
    prepares: prepares as unknown as Json,
    share: options.share,
    supports: {
      positions: ['time'],
      masks: ['random', 'span', 'drop'],
      paddingInvariant: true,
      streaming: options.chunk !== undefined,
    },
    sample: rawSensor,
    files: (sample) => [fileOf(sample) ?? []].flat(),
    ...(options.standardise === 'fit' && {
      fit: (samples: AsyncIterable<RawSensor>, context: HostContext<undefined>) =>
        fitStatistics(samples, prepares, context),
    }),
    prepare: async (sample, context) =>
      (await prepareSample(sample, prepares, statistics(context.state), context)).windows,
    ...(options.augment && { augment: (sample, random) => augmentWindows(sample, options, random) }),
    length: ({ valid }) => valid.length,
    collate: (prepared, bucket) => collateWindows(prepared, bucket, options),
    init: (context) => {
      encoder.init(context);
      initMixing(context, options);
      initLinear(context, 'align', width, context.space.width);
      initLinear(context, 'score', context.space.width, targetWidth);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: (arrays, { hidden }, context) => encodeWindows(arrays, hidden, context, encoder, options),
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: { kind: 'values', width: targetWidth, score: (hidden, context) => linear(context, 'score', hidden) },
    preview: async (sample, context) =>
      previewRecording(await readRecording(sample, options, context), options, nameOf(sample, context.input)),
    accepts: acceptsRecording,
    ...(options.standardise === 'fit' && {
      standardScores: (prepared: PreparedSensor) => standardScores(prepared, channels),
    }),
    stream: ({ input, state }) => {
      const { chunk } = options;
      if (chunk !== undefined) return new SensorStream({ ...options, chunk }, statistics(state));
      throw new ModalkitError(
        'OPTIONS',
        `@modalkit/sensor: input "${input}" has no chunk, so every token depends on the whole recording; set chunk to the number of windows that live input is cut into.`,
      );
    },
  };
}
