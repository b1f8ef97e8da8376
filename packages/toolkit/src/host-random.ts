import type { HostRandom } from '@modalkit/contract';
import { hashName } from './hash-name.js';
import { philox4x32 } from './philox.js';

/**
 * Random numbers on the host, a function of (seed, step, name, purpose, index) alone.
 * @param name what the numbers belong to, for example a sample's id and its input
 */
export function hostRandom(seed: number, step: number, name: string): HostRandom {
  const owner = hashName(name);
  return {
    uniform: (purpose, index = 0) =>
      (philox4x32([index >>> 0, step >>> 0, owner, hashName(purpose)], [seed >>> 0, 0])[0] >>> 8) * 2 ** -24,
  };
}

/** A standard normal number from two uniform ones (Box and Muller 1958). */
export function hostNormal(random: HostRandom, purpose: string, index = 0): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform(`${purpose}/radius`, index)));
  return radius * Math.cos(2 * Math.PI * random.uniform(`${purpose}/angle`, index));
}

/** Uniform in [-most, most); 0 without a draw when `most` is 0. */
export function hostBetween(random: HostRandom, purpose: string, most: number): number {
  return most === 0 ? 0 : (2 * random.uniform(purpose) - 1) * most;
}
