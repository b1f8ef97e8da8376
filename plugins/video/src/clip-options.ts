import type { ParsedVideoOptions } from './video-options.js';

/** The options that clips are prepared and statistics learnt by: what is cached is kept while they stay the same. */
export type ClipOptions = Pick<
  ParsedVideoOptions,
  'size' | 'fit' | 'channels' | 'policy' | 'maxFrames' | 'fps' | 'threshold' | 'window' | 'maxPixels'
>;

export function clipOptions(options: ParsedVideoOptions): ClipOptions {
  const { size, fit, channels, policy, maxFrames, fps, threshold, window, maxPixels } = options;
  return { size, fit, channels, policy, maxFrames, fps, threshold, window, maxPixels };
}
