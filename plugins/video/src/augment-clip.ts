import type { HostRandom } from '@modalkit/contract';
import { drawWarp, warpPixels } from '@modalkit/toolkit';
import { frameCount, type PreparedVideo } from './prepared-video.js';
import type { ParsedVideoOptions } from './video-options.js';

/**
 * A copy of a clip with one random change for all its frames: moved, turned, scaled, cropped, mirrored, brightened; a
 * function of the key alone. Times stay.
 */
export function augmentClip(clip: PreparedVideo, options: ParsedVideoOptions, random: HostRandom): PreparedVideo {
  const { size, channels } = options;
  const warp = drawWarp(options.augment!, size, random);
  const frame = size[0] * size[1] * channels;
  const pixels = new Uint8Array(clip.pixels.length);
  for (let index = 0; index < frameCount(clip); index++)
    pixels.set(
      warpPixels(clip.pixels.subarray(index * frame, (index + 1) * frame), size, channels, warp),
      index * frame,
    );
  return { ...clip, pixels };
}
