import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends on its key alone. @param {...(string | number)} key */
export function keyed(...key) {
  return (
    createHash('sha256')
      .update(`modalkit/five-digits/${key.join('/')}`)
      .digest()
      .readUIntBE(0, 6) /
    2 ** 48
  );
}

/** A number between two by its key. @param {readonly [number, number]} range @param {...(string | number)} key */
export const between = ([low, high], ...key) => low + (high - low) * keyed(...key);

/** @template T @param {readonly T[]} list @param {...(string | number)} key @returns {T} */
export function pick(list, ...key) {
  return /** @type {T} */ (list[Math.floor(keyed(...key) * list.length)]);
}

/** @template T @param {readonly T[]} list @param {(each: T) => readonly (string | number)[]} key @returns {T[]} */
export function shuffle(list, key) {
  return list
    .map((each) => ({ each, rank: keyed(...key(each)) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ each }) => each);
}

/** Uniform noise in -1..1 by a key, for signals. @param {number} length @param {...(string | number)} key */
export function whiteNoise(length, ...key) {
  const random = mulberry(Math.floor(keyed(...key) * 2 ** 32));
  return Float32Array.from({ length }, () => 2 * random() - 1);
}

/** mulberry32 (Ettinger 2017): uniform in [0, 1). @param {number} seed */
export function mulberry(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
