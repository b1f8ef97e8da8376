import { ModalkitError } from '@modalkit/contract';
import type { Sharp, SharpOptions } from 'sharp';
import type { DecodeOptions } from './decode-options.js';
import { loadSharp } from './load-sharp.js';
import { pictureFormat } from './picture-format.js';

const FIT = { crop: 'cover', pad: 'inside', stretch: 'fill' } as const;

/**
 * An encoded picture as 8-bit pixels `[height, width, channels]` of the asked size: turned upright by its EXIF
 * orientation, transparency laid on white, 16 bits reduced to 8, resized bicubically.
 * @param name file or input named in errors
 * @throws ModalkitError SAMPLE when it is empty, no picture, too large, truncated or damaged
 */
export async function decodePicture(bytes: Uint8Array, name: string, options: DecodeOptions): Promise<Uint8Array> {
  const picture = await openPicture(bytes, name, options.maxPixels);
  const [height, width] = options.size;
  return decoded(name, async () => {
    const upscale = options.fit !== 'pad';
    const resized = picture.resize({
      width,
      height,
      fit: FIT[options.fit],
      kernel: 'cubic',
      withoutEnlargement: !upscale,
    });
    const { data, info } = await eightBit(resized, options.channels).raw().toBuffer({ resolveWithObject: true });
    return centreOnBlack(data, info, options);
  });
}

/** Copies pixels into the middle of a black picture of the asked size: many times faster than letting sharp do it. */
function centreOnBlack(
  pixels: Uint8Array,
  from: { readonly width: number; readonly height: number },
  { size: [height, width], channels }: DecodeOptions,
): Uint8Array {
  const result = new Uint8Array(height * width * channels);
  const [top, left] = [Math.floor((height - from.height) / 2), Math.floor((width - from.width) / 2)];
  const row = from.width * channels;
  for (let y = 0; y < from.height; y++)
    result.set(pixels.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * channels);
  return result;
}

/** Upright, on white, its format and size checked from the header; nothing is decoded yet. */
export async function openPicture(bytes: Uint8Array, name: string, maxPixels: number): Promise<Sharp> {
  const format = checkFormat(bytes, name);
  const sharp = await loadSharp();
  const input: SharpOptions = { failOn: 'error', limitInputPixels: false };
  const header = await decoded(name, () => sharp(bytes, input).metadata());
  if ((header.format as string) !== (format === 'avif' ? 'heif' : format))
    throw new ModalkitError(
      'SAMPLE',
      `Image ${JSON.stringify(name)}: begins as ${format} but is ${header.format}; convert it to PNG.`,
    );
  if (header.width * header.height > maxPixels)
    throw new ModalkitError(
      'SAMPLE',
      `Image ${JSON.stringify(name)}: ${header.width} x ${header.height} pixels are more than maxPixels, ${maxPixels}; make it smaller.`,
    );
  return sharp(bytes, { ...input, limitInputPixels: maxPixels })
    .autoOrient()
    .flatten({ background: '#fff' });
}

/** sRGB or grey with 8 bits a channel. */
export function eightBit(picture: Sharp, channels: 1 | 3): Sharp {
  return channels === 1 ? picture.toColourspace('b-w').extractChannel(0) : picture.toColourspace('srgb');
}

function checkFormat(bytes: Uint8Array, name: string): string {
  if (bytes.length === 0)
    throw new ModalkitError('SAMPLE', `Image ${JSON.stringify(name)}: the file is empty; replace it.`);
  const format = pictureFormat(bytes);
  if (format) return format;
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 16));
  throw new ModalkitError(
    'SAMPLE',
    `Image ${JSON.stringify(name)}: is no PNG, JPEG, WebP, GIF, TIFF or AVIF (it begins with ${JSON.stringify(start)}); convert it to one.`,
  );
}

/** Runs a decoder; what it throws becomes one sentence. */
export async function decoded<T>(name: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim().split('\n')[0] : String(cause);
    throw new ModalkitError(
      'SAMPLE',
      `Image ${JSON.stringify(name)}: truncated or damaged (${reason}); replace it.`,
      {},
      cause,
    );
  }
}
