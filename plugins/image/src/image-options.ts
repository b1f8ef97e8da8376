import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';

const count = (least: number, most: number) => z.number().int().min(least).max(most);
const levels = z.array(count(1, 64)).min(1);

/** Random changes in training; each is drawn anew for every sample and step. Pixels from outside repeat the edge. */
const augment = z.strictObject({
  /** Largest shift along each axis, in pixels of `size`. */
  shift: z.number().min(0).max(4096).default(0),
  /** Largest turn to either side, in degrees. */
  rotate: z.number().min(0).max(180).default(0),
  /** Scaled by 1 - scale … 1 + scale. */
  scale: z.number().min(0).max(0.9).default(0),
  /** Least side of a random window that is enlarged to the whole, as a share of the side; 1 takes the whole. */
  crop: z.number().min(0.05).max(1).default(1),
  /** Mirrored left to right in half of the draws. */
  flip: z.boolean().default(false),
  /** Multiplied by 1 - brightness … 1 + brightness. */
  brightness: z.number().min(0).max(1).default(0),
});

const common = {
  /** Height and width the model sees, in pixels; one number for a square. */
  size: z
    .union(
      [count(1, 4096).transform((side): [number, number] => [side, side]), z.tuple([count(1, 4096), count(1, 4096)])],
      {
        error: 'must be a number of pixels or [height, width], 1 to 4096',
      },
    )
    .default([224, 224]),
  /**
   * How a picture of another shape gets to `size`: `crop` scales it to cover and cuts the rest off evenly; `pad` scales it
   * down to fit, never up, and centres it on black; `stretch` ignores its proportions.
   */
  fit: z.enum(['crop', 'pad', 'stretch']).default('crop'),
  /** 1 (grey) or 3 (sRGB). */
  channels: z.union([z.literal(1), z.literal(3)], { error: 'must be 1 (grey) or 3 (RGB)' }).default(3),
  /** Positions added to the tokens: a learnt table or fixed two-dimensional sinusoids. */
  positions: z.enum(['learnable', 'sincos']).default('learnable'),
  /**
   * Rows and columns of the table of positions, resized to the picture's own grid by bicubic interpolation: a picture of
   * another size then uses the weights of this one, from a checkpoint or by `share`. Default: the picture's own grid.
   */
  positionGrid: z.tuple([count(1, 4096), count(1, 4096)]).optional(),
  augment: augment.optional(),
  /** Mean and deviation of each channel: learnt on the training split, or those of CLIP, ImageNet, or 0.5 and 0.5. */
  standardise: z.enum(['fit', 'clip', 'imagenet', 'half']).default('fit'),
  /** Pictures with more pixels are refused from their header, before anything is decoded. */
  maxPixels: count(1, 2 ** 30).default(16_777_216),
  /** Name of another image input whose weights and statistics this one uses. */
  share: z.string().min(1).optional(),
};

const patchOptions = z
  .strictObject({
    ...common,
    encoder: z.literal('patches', { error: 'must be "patches" or "cnn"' }).default('patches'),
    /** Side of a patch in pixels. */
    patch: count(1, 512).default(16),
    /** Width of the transformer. */
    width: count(1, 4096).default(128),
    layers: count(1, 64).default(4),
    heads: count(1, 64).default(4),
    /** Layers (1 is the first) whose outputs, side by side, make a token's values; default the last alone. */
    levels: levels.optional(),
  })
  .transform((options) => ({ ...options, levels: options.levels ?? [options.layers] }))
  .superRefine((options, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    checkCommon(options, options.patch, options.width, refuse);
    if (options.width % options.heads !== 0) refuse('width', `must be a multiple of heads, ${options.heads}`);
    checkLevels(options.levels, options.layers, 'layers', refuse);
  });

const cnnOptions = z
  .strictObject({
    ...common,
    encoder: z.literal('cnn'),
    /** Width of each stage; a stage halves the sides, so a token stands for a square of 2^stages pixels. */
    stages: z.array(count(1, 4096)).min(1).max(8).default([32, 64, 128, 256]),
    /** Residual blocks in each stage. */
    blocks: count(1, 32).default(1),
    /** Stages (1 is the first) whose maps, brought to the last one's grid, make a token's values; default the last. */
    levels: levels.optional(),
  })
  .transform((options) => ({ ...options, levels: options.levels ?? [options.stages.length] }))
  .superRefine((options, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const width = options.levels.reduce((sum, level) => sum + (options.stages[level - 1] ?? 0), 0);
    checkCommon(options, 2 ** options.stages.length, width, refuse);
    checkLevels(options.levels, options.stages.length, 'stages', refuse);
  });

export type ImageOptions = z.input<typeof patchOptions> | z.input<typeof cnnOptions>;
export type PatchOptions = z.output<typeof patchOptions>;
export type CnnOptions = z.output<typeof cnnOptions>;
export type ParsedImageOptions = PatchOptions | CnnOptions;
export type AugmentOptions = z.output<typeof augment>;

/** @throws ModalkitError OPTIONS that names each wrong option and what came */
export function parseImageOptions(options: ImageOptions): ParsedImageOptions {
  const schema = options?.encoder === 'cnn' ? cnnOptions : patchOptions;
  return parseOptions<ParsedImageOptions>(schema, options, '@modalkit/image');
}

type Refuse = (path: string, message: string) => void;

function checkCommon(
  options: { size: [number, number]; channels: number; positions: string; standardise: string },
  cell: number,
  width: number,
  refuse: Refuse,
): void {
  if (options.size.some((side) => side % cell !== 0))
    refuse('size', `${options.size.join(' x ')} must be a multiple of the ${cell} pixels a token stands for`);
  if (options.positions === 'sincos' && width % 4 !== 0)
    refuse('positions', `"sincos" needs a width that is a multiple of 4, not ${width}`);
  if (options.channels === 1 && ['clip', 'imagenet'].includes(options.standardise))
    refuse('standardise', 'has three channels; use "fit" or "half" with channels 1');
}

function checkLevels(levels: readonly number[], last: number, name: string, refuse: Refuse): void {
  if (levels.some((level, index) => level <= (levels[index - 1] ?? 0)) || levels.at(-1) !== last)
    refuse('levels', `must rise and end with the number of ${name}, ${last}; got ${levels.join(', ')}`);
}
