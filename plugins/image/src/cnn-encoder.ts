import type { Tensor, Tf } from '@modalkit/contract';
import { initLayerNorm, initResidualBlock, layerNorm, residualBlock, type Stride } from '@modalkit/toolkit';
import type { CnnOptions } from './image-options.js';
import { unpatchify } from './patchify.js';
import type { PictureEncoder } from './picture-encoder.js';
import { initPlaces, placesOf, placeTokens } from './place-tokens.js';

/**
 * A residual CNN (He et al. 2016) whose last map, place by place, is the tokens. Every stage halves the sides. Hidden
 * squares are zeros before the first convolution, so that nothing reaches their neighbours or themselves; what a hidden
 * token holds comes from around it and from the mask token.
 */
export function cnnEncoder(options: CnnOptions): PictureEncoder {
  const { blocks, channels, levels, size, stages } = options;
  const side = 2 ** stages.length;
  const grid = { rows: size[0] / side, columns: size[1] / side, side, channels };
  const width = levels.reduce((sum, level) => sum + stages[level - 1]!, 0);
  const places = placesOf(options, grid);
  const stride = (block: number): Stride => (block === 0 ? [2, 2] : [1, 1]);
  return {
    grid,
    width,
    init: (context) => {
      stages.forEach((fanOut, stage) => {
        for (let block = 0; block < blocks; block++)
          initResidualBlock(
            context,
            `stage${stage + 1}/${block}`,
            block > 0 ? fanOut : (stages[stage - 1] ?? channels),
            fanOut,
            stride(block),
          );
      });
      initPlaces(context, places, width);
      initLayerNorm(context, 'norm', width);
    },
    encode: (context, squares, { hidden }) => {
      let map = unpatchify(context.tf, squares, grid.rows, grid.columns, side);
      const outputs: Tensor[] = [];
      for (let stage = 1; stage <= stages.length; stage++) {
        for (let block = 0; block < blocks; block++)
          map = residualBlock(context, `stage${stage}/${block}`, map, { stride: stride(block) });
        if (levels.includes(stage)) outputs.push(poolToGrid(context.tf, map, grid.rows, grid.columns));
      }
      const values = outputs.length === 1 ? outputs[0]! : context.tf.concat(outputs, 2);
      return layerNorm(context, 'norm', placeTokens(context, places, values, hidden));
    },
  };
}

/** A map `[B,H,W,C]` averaged over the places of each token, `[B, rows * columns, C]`. */
export function poolToGrid(tf: Tf, map: Tensor, rows: number, columns: number): Tensor {
  const [batch, height, width, channels] = map.shape as [number, number, number, number];
  if (height === rows) return tf.reshape(map, [batch, rows * columns, channels]);
  const cells = tf.reshape(map, [batch, rows, height / rows, columns, width / columns, channels]);
  return tf.reshape(tf.mean(cells, [2, 4]), [batch, rows * columns, channels]);
}
