/** Bounds on what a header may ask a reader to hold. */
export const safetensorsLimits = {
  headerBytes: 4 * 2 ** 20,
  tensors: 8192,
  rank: 8,
  nameLength: 1024,
  metadata: 1024,
} as const;
