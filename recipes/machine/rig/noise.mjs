import { keyed, mulberry } from '../../five-digits/make/keyed.mjs';

/** Normal deviates kept ready: signals need millions of them. */
const KEPT = 2 ** 16;
const table = new Float32Array(KEPT);
for (let at = 0, random = mulberry(1); at < KEPT; at += 2) {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  const angle = 2 * Math.PI * random();
  table[at] = radius * Math.cos(angle);
  table[at + 1] = radius * Math.sin(angle);
}

/** Random numbers of one machine and day, by a key. @param {...(string | number)} key */
export function noiseOf(...key) {
  const random = mulberry(Math.floor(keyed('machine', ...key) * 2 ** 32));
  return { uniform: random, normal: () => table[(random() * KEPT) | 0] };
}
