/** Unit mean of each group's consecutive rows, `[groups, width]`. */
export function meanVectors(
  rows: Float32Array,
  width: number,
  groups: readonly { readonly length: number }[],
): Float32Array {
  const means = new Float32Array(groups.length * width);
  let row = 0;
  groups.forEach((group, index) => {
    const mean = means.subarray(index * width, (index + 1) * width);
    for (const end = row + group.length; row < end; row++) {
      for (let column = 0; column < width; column++) mean[column]! += rows[row * width + column]!;
    }
    const length = Math.hypot(...mean) || 1;
    for (let column = 0; column < width; column++) mean[column]! /= length;
  });
  return means;
}
