import { type Adapter, CONTRACT, type HostContext, type Json } from '@modalkit/contract';
import { initLinear, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { acceptsVideo } from './accepts-video.js';
import { augmentClip } from './augment-clip.js';
import type { ChannelStatistics } from './channel-histogram.js';
import { encodeClip, initClipEncoder } from './clip-encoder.js';
import { clipOptions } from './clip-options.js';
import { collateClips } from './collate-clips.js';
import { fitStatistics } from './fit-statistics.js';
import { gridOf } from './grid.js';
import { hideClip } from './hide-clip.js';
import { streamWindows } from './live/stream-windows.js';
import type { PreparedVideo } from './prepared-video.js';
import { previewClip } from './preview-clip.js';
import { partOf, type RawVideo, rawVideo } from './raw-video.js';
import { readClip } from './read-clip.js';
import { standardScores } from './standard-scores.js';
import { tokenSteps } from './token-steps.js';
import type { ParsedVideoOptions } from './video-options.js';

export type VideoState = ChannelStatistics;

/** The adapter behind `video()`: tokens step by step in time, within a step patch by patch, row by row. */
export function videoAdapter(options: ParsedVideoOptions): Adapter<RawVideo, VideoState, PreparedVideo> {
  const grid = gridOf(options);
  const prepares = clipOptions(options);
  const prepare = async (sample: RawVideo, context: HostContext) => {
    const part = partOf(sample);
    return readClip({ ...part, name: part.file, file: await context.locate(part.file) }, prepares);
  };
  return {
    id: '@modalkit/video',
    modality: 'video',
    contract: CONTRACT,
    version: '1',
    options: options as unknown as Json,
    prepares: prepares as Json,
    share: options.share,
    supports: {
      positions: ['time', 'box', 'order'],
      masks: ['random', 'span', 'block', 'tube', 'drop'],
      paddingInvariant: true,
      streaming: options.window !== undefined,
    },
    sample: rawVideo,
    files: (sample) => [partOf(sample).file],
    fitPrepared: (samples) => fitStatistics(samples, prepares.channels),
    prepare,
    ...(options.augment && { augment: (clip, random) => augmentClip(clip, options, random) }),
    length: (prepared) => tokenSteps(prepared, options).length * grid.places,
    collate: (prepared, bucket) => collateClips(prepared, bucket, options, grid),
    init: (context) => {
      const { mean, std } = context.state;
      context.weight('mean', [options.channels], { kind: 'values', values: mean }, { trainable: false });
      context.weight('std', [options.channels], { kind: 'values', values: std }, { trainable: false });
      initClipEncoder(context, options, grid);
      initLinear(context, 'align', options.width, context.space.width);
      initLinear(context, 'score', context.space.width, grid.values);
    },
    mask: (layout, policy, context) => hideClip(context, layout, policy, grid.places),
    encode: (arrays, { hidden }, context) => encodeClip(context, arrays, hidden, options, grid),
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: { kind: 'values', width: grid.values, score: (hidden, context) => linear(context, 'score', hidden) },
    preview: async (sample, context) => {
      const part = partOf(sample);
      return previewClip({ ...part, name: part.file, file: await context.locate(part.file) }, options.maxPixels);
    },
    accepts: acceptsVideo,
    standardScores: ({ pixels }, { state }) => standardScores(pixels, state),
    stream: (context) => streamWindows(options, context),
  };
}
