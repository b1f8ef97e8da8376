import { type Adapter, CONTRACT, type HostContext, type Json } from '@modalkit/contract';
import { hideTokens, initLinear, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { z } from 'zod';
import { acceptsPicture } from './accepts-picture.js';
import { augmentPicture } from './augment-picture.js';
import type { ChannelStatistics } from './channel-statistics.js';
import { cnnEncoder } from './cnn-encoder.js';
import { collatePictures } from './collate-pictures.js';
import { decodeOptions } from './decode-options.js';
import { decodePicture } from './decode-picture.js';
import { fitStatistics } from './fit-statistics.js';
import type { ParsedImageOptions } from './image-options.js';
import { patchEncoder } from './patch-encoder.js';
import { patchify } from './patchify.js';
import { previewPicture } from './preview-picture.js';
import { standardisation } from './standardisation.js';

/** A path, relative to the manifest, or the bytes of an encoded picture. */
export type RawImage = string | Uint8Array;
export type ImageState = ChannelStatistics | undefined;
/** 8-bit pixels `[height, width, channels]` of the configured size. */
export type PreparedImage = { readonly pixels: Uint8Array };

const rawImage = z.union([z.string().min(1), z.instanceof(Uint8Array)], {
  error: 'must be the path of an image file, or its bytes',
});

/** The adapter behind `image()`: one token a square of the picture, row by row. */
export function imageAdapter(options: ParsedImageOptions): Adapter<RawImage, ImageState, PreparedImage> {
  const encoder = options.encoder === 'cnn' ? cnnEncoder(options) : patchEncoder(options);
  const { grid } = encoder;
  const prepares = decodeOptions(options);
  const values = grid.side * grid.side * grid.channels;
  const decode = async (sample: RawImage, context: HostContext) => {
    const bytes = typeof sample === 'string' ? await context.read(sample) : sample;
    return decodePicture(bytes, nameOf(sample, context), prepares);
  };
  return {
    id: '@modalkit/image',
    modality: 'image',
    contract: CONTRACT,
    version: '1',
    options: options as unknown as Json,
    prepares,
    share: options.share,
    supports: { positions: ['box'], masks: ['random', 'span', 'block', 'drop'], paddingInvariant: true },
    sample: rawImage,
    files: (sample) => (typeof sample === 'string' ? [sample] : []),
    ...(options.standardise === 'fit' && {
      fitPrepared: (samples: AsyncIterable<PreparedImage>) => fitStatistics(samples, prepares.channels),
    }),
    prepare: async (sample, context) => ({ pixels: await decode(sample, context) }),
    ...(options.augment && {
      augment: (prepared, random) => ({ pixels: augmentPicture(prepared.pixels, options, random) }),
    }),
    collate: (prepared) => collatePictures(prepared, grid),
    init: (context) => {
      const { mean, std } = standardisation(options.standardise, options.channels, context.state);
      context.weight('mean', [grid.channels], { kind: 'values', values: mean }, { trainable: false });
      context.weight('std', [grid.channels], { kind: 'values', values: std }, { trainable: false });
      encoder.init(context);
      initLinear(context, 'align', encoder.width, context.space.width);
      initLinear(context, 'score', context.space.width, values);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: ({ pixels, valid, box }, { hidden }, context) => {
      const { tf } = context;
      const standardised = tf.div(tf.sub(pixels!, context.weight('mean')), context.weight('std'));
      const target = patchify(tf, standardised, grid.side);
      const seen = tf.expandDims(tf.logicalAnd(valid, tf.logicalNot(hidden)), 2);
      const squares = tf.where(seen, target, tf.zerosLike(target));
      const encoded = encoder.encode(context, squares, { valid, hidden });
      return { values: zeroInvalid(tf, encoded, valid), valid, hidden, target, position: { box } };
    },
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: { kind: 'values', width: values, score: (hidden, context) => linear(context, 'score', hidden) },
    preview: async (sample, context) => {
      const bytes = typeof sample === 'string' ? await context.read(sample) : sample;
      return previewPicture(bytes, nameOf(sample, context), options.maxPixels);
    },
    accepts: acceptsPicture,
  };
}

/** The file, or the input when the sample came as bytes. */
function nameOf(sample: RawImage, context: HostContext): string {
  return typeof sample === 'string' ? sample : `bytes given to ${context.input}`;
}
