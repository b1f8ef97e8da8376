import { initLinear, initTransformer, linear, transformer } from '@modalkit/toolkit';
import type { PatchOptions } from './audio-options.js';
import { initPlaces, placeTokens } from './place-tokens.js';
import type { SoundEncoder } from './sound-encoder.js';
import { tokenGrid } from './token-grid.js';

/**
 * Spectrogram transformer (Gong et al. 2021, AST, without overlap and class token): each patch of frames by mels is embedded
 * by one matrix product; positions are a step's and a row's.
 */
export function patchEncoder(options: PatchOptions): SoundEncoder {
  const { width, layers, heads, positions, rows } = options;
  const grid = tokenGrid(options);
  return {
    width,
    init: (context) => {
      initLinear(context, 'embed', grid.values, width);
      initPlaces(context, positions, grid, width);
      initTransformer(context, 'encoder', width, layers);
    },
    encode: (context, patches, { heard, hidden }) => {
      const placed = placeTokens(context, linear(context, 'embed', patches), hidden, rows);
      return transformer(context, 'encoder', placed, layers, { heads, valid: heard });
    },
  };
}
