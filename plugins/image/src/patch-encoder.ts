import type { Tensor } from '@modalkit/contract';
import {
  initLayerNorm,
  initLinear,
  initTransformerBlock,
  layerNorm,
  linear,
  transformerBlock,
} from '@modalkit/toolkit';
import type { PatchOptions } from './image-options.js';
import type { PictureEncoder } from './picture-encoder.js';
import { initPlaces, placesOf, placeTokens } from './place-tokens.js';

/**
 * Vision transformer (Dosovitskiy et al. 2021, without a class token): each square is embedded by one matrix product.
 * Outputs of several layers stand side by side in a token (hypercolumns, Hariharan et al. 2015), so that there is one token
 * a square whatever the levels; like GIT (Wang et al. 2022) the whole grid goes on, projected by `align`.
 */
export function patchEncoder(options: PatchOptions): PictureEncoder {
  const { channels, heads, layers, levels, patch, size, width } = options;
  const grid = { rows: size[0] / patch, columns: size[1] / patch, side: patch, channels };
  const places = placesOf(options, grid);
  return {
    grid,
    width: width * levels.length,
    init: (context) => {
      initLinear(context, 'embed', patch * patch * channels, width);
      initPlaces(context, places, width);
      for (let layer = 1; layer <= layers; layer++) initTransformerBlock(context, `layer${layer}`, width);
      for (const level of levels) initLayerNorm(context, `level${level}`, width);
    },
    encode: (context, squares, { valid, hidden }) => {
      let values = placeTokens(context, places, linear(context, 'embed', squares), hidden);
      const outputs: Tensor[] = [];
      for (let layer = 1; layer <= layers; layer++) {
        values = transformerBlock(context, `layer${layer}`, values, { heads, valid });
        if (levels.includes(layer)) outputs.push(layerNorm(context, `level${layer}`, values));
      }
      return outputs.length === 1 ? outputs[0]! : context.tf.concat(outputs, 2);
    },
  };
}
