import type { StandardScores } from '@modalkit/contract';
import { sumScores } from '@modalkit/toolkit';
import type { ChannelStatistics } from './channel-histogram.js';

/** Pixels of a window that are looked at, spread evenly: more would tell the same. */
const LOOKED_AT = 65_536;
const NAMES = ['red', 'green', 'blue'];

/** Of each channel. @param pixels `[…, channels]` */
export function standardScores(pixels: Uint8Array, { mean, std }: ChannelStatistics): StandardScores[] {
  const channels = mean.length;
  // an odd number of pixels from one to the next, so that no column of the picture is left out
  const step = channels * (2 * Math.floor(pixels.length / channels / LOOKED_AT / 2) + 1);
  return mean.map((middle, channel) => {
    const name = channels === 1 ? 'grey' : NAMES[channel]!;
    const places = { from: channel, to: pixels.length, step };
    return sumScores(name, places, (at) => (pixels[at]! / 255 - middle) / std[channel]!);
  });
}
