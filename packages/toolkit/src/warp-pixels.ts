import type { HostRandom } from '@modalkit/contract';
import { hostBetween } from './host-random.js';

/** How far a picture may be changed at random. */
export interface WarpOptions {
  /** Largest shift along each axis in pixels. */
  readonly shift: number;
  /** Largest turn to either side in degrees. */
  readonly rotate: number;
  /** Scaled by 1 - scale … 1 + scale. */
  readonly scale: number;
  /** Least side of a random window that is enlarged to the whole, as a share of the side; 1 takes the whole. */
  readonly crop: number;
  /** Mirrored left to right in half of the draws. */
  readonly flip: boolean;
  /** Multiplied by 1 - brightness … 1 + brightness. */
  readonly brightness: number;
}

/** Where each output pixel is taken from: source = centre + matrix * (output - middle). */
interface Affine {
  readonly centre: readonly [number, number];
  readonly matrix: readonly [number, number, number, number];
}

/** One drawn change, for all frames of a sample alike. */
export interface Warp extends Affine {
  readonly brightness: number;
}

/** Draws a change for pictures of `[height, width]`, a function of the key alone. */
export function drawWarp(options: WarpOptions, size: readonly [number, number], random: HostRandom): Warp {
  return {
    ...drawAffine(options, size, random),
    brightness: 1 + hostBetween(random, 'brightness', options.brightness),
  };
}

function drawAffine(options: WarpOptions, [height, width]: readonly [number, number], random: HostRandom): Affine {
  const angle = (hostBetween(random, 'rotate', options.rotate) * Math.PI) / 180;
  const window = 1 - random.uniform('crop') * (1 - options.crop);
  const zoom = window / (1 + hostBetween(random, 'scale', options.scale));
  const mirror = options.flip && random.uniform('flip') < 0.5 ? -1 : 1;
  const along = (axis: string, extent: number) =>
    (extent - 1) / 2 +
    hostBetween(random, `crop/${axis}`, ((1 - window) * extent) / 2) -
    hostBetween(random, `shift/${axis}`, options.shift);
  const [cos, sin] = [zoom * Math.cos(angle), zoom * Math.sin(angle)];
  return { centre: [along('x', width), along('y', height)], matrix: [mirror * cos, sin, -mirror * sin, cos] };
}

/**
 * 8-bit pixels `[height, width, channels]` by one affine map with bilinear sampling; what comes from outside repeats the edge.
 * Returns a new array.
 */
export function warpPixels(
  pixels: Uint8Array,
  [height, width]: readonly [number, number],
  channels: number,
  { centre, matrix, brightness }: Warp,
): Uint8Array {
  const result = new Uint8ClampedArray(pixels.length);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - (width - 1) / 2, y - (height - 1) / 2];
      const sourceX = clamp(centre[0] + matrix[0] * dx + matrix[1] * dy, width - 1);
      const sourceY = clamp(centre[1] + matrix[2] * dx + matrix[3] * dy, height - 1);
      const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)];
      const [towardsRight, towardsBottom] = [sourceX - left, sourceY - top];
      const corner = (top * width + left) * channels;
      const right = left < width - 1 ? channels : 0;
      const below = top < height - 1 ? width * channels : 0;
      for (let channel = 0; channel < channels; channel++, out++) {
        const at = corner + channel;
        const upper = pixels[at]! + (pixels[at + right]! - pixels[at]!) * towardsRight;
        const lower = pixels[at + below]! + (pixels[at + below + right]! - pixels[at + below]!) * towardsRight;
        result[out] = (upper + (lower - upper) * towardsBottom) * brightness;
      }
    }
  }
  return new Uint8Array(result.buffer);
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
