import { hostRandom } from '@modalkit/toolkit';

/** Numbers in -1 … 1 drawn by the key `seed`. */
export function noise(count: number, seed: number): Float32Array {
  const random = hostRandom(seed, 0, 'noise');
  return Float32Array.from({ length: count }, (_, index) => 2 * random.uniform('value', index) - 1);
}

export function tone(hertz: number, rate: number, seconds: number, amplitude = 0.5): Float32Array {
  const step = (2 * Math.PI * hertz) / rate;
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, index) => amplitude * Math.sin(step * index));
}
