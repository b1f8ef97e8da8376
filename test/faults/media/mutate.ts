/** Changes of a file that follow from a seed alone: bits flipped, bytes overwritten, a piece cut out, doubled or zeroed. */
export function mutate(original: Uint8Array, seed: number): Buffer {
  const random = generator(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  let bytes = Buffer.from(original);
  for (let change = 0; change <= below(6); change++) {
    const at = below(bytes.length);
    const length = 1 + below(Math.min(64, bytes.length - at));
    const kind = below(5);
    if (kind === 0) bytes[at]! ^= 1 << below(8);
    else if (kind === 1) for (let index = at; index < at + length; index++) bytes[index] = below(256);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    else bytes.fill(0, at, at + length);
  }
  return random() < 0.1 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

/** Numbers in 0..1 by a multiplicative congruential generator (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
