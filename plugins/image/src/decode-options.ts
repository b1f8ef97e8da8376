import type { ParsedImageOptions } from './image-options.js';

/** The options that pictures are prepared and statistics learnt by: what is cached is kept while they stay the same. */
export type DecodeOptions = Pick<ParsedImageOptions, 'size' | 'fit' | 'channels' | 'maxPixels'>;

export function decodeOptions({ size, fit, channels, maxPixels }: ParsedImageOptions): DecodeOptions {
  return { size, fit, channels, maxPixels };
}
