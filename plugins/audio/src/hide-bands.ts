import type { HostRandom } from '@modalkit/contract';
import type { AugmentOptions } from './audio-options.js';

/** Sets bands of mels and times to `fill`, in place. SpecAugment, Park et al. 2019, section 2. */
export function hideBands(
  mel: Float32Array,
  mels: number,
  fill: readonly number[],
  { frequencyMasks, frequencyMask, timeMasks, timeMask }: AugmentOptions,
  random: HostRandom,
): void {
  const frames = mel.length / mels;
  const cover = (fromFrame: number, toFrame: number, fromMel: number, toMel: number) => {
    for (let frame = fromFrame; frame < toFrame; frame++)
      for (let index = fromMel; index < toMel; index++) mel[frame * mels + index] = fill[index]!;
  };
  for (let index = 0; index < frequencyMasks; index++) {
    const [from, to] = band(random, 'frequency-mask', index, Math.min(frequencyMask, mels), mels);
    cover(0, frames, from, to);
  }
  for (let index = 0; index < timeMasks; index++) {
    const [from, to] = band(random, 'time-mask', index, Math.floor(timeMask * frames), frames);
    cover(from, to, 0, mels);
  }
}

/** A band of 0 … widest places within an extent. */
function band(random: HostRandom, purpose: string, index: number, widest: number, extent: number): [number, number] {
  const width = Math.floor(random.uniform(`${purpose}/width`, index) * (widest + 1));
  const from = Math.floor(random.uniform(`${purpose}/place`, index) * (extent - width + 1));
  return [from, from + width];
}
