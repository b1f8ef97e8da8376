import { hostRandom } from '@modalkit/toolkit';
import { testHostContext } from '@modalkit/toolkit/testing';
import type { PreparedVideo } from '../src/prepared-video.js';
import { type VideoState, videoAdapter } from '../src/video-adapter.js';
import { parseVideoOptions, type VideoOptions } from '../src/video-options.js';

export const adapterOf = (options: VideoOptions) => videoAdapter(parseVideoOptions(options));

export const hostContext = <State = VideoState>(folder = '', state?: State) => testHostContext('clip', folder, state);

/** Bytes drawn by the key `seed`. */
export function noise(count: number, seed: number): Uint8Array {
  const random = hostRandom(seed, 0, 'noise');
  return Uint8Array.from({ length: count }, (_, index) => Math.floor(random.uniform('value', index) * 256));
}

/** A clip of noise: frames of `size` bytes that appear at `times` and last `seconds`. */
export function clipOf(times: readonly number[], size: number, seed: number, seconds = 0.04): PreparedVideo {
  return {
    pixels: noise(times.length * size, seed),
    times: Float64Array.from(times.flatMap((time) => [time, time + seconds])),
    origin: times[0]!,
  };
}
