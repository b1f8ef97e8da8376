/**
 * Dot products of each query with all candidates, one query at a time, so that memory stays linear.
 * @param queries `[n, width]`, @param candidates `[m, width]`, row-major
 * @param visit receives a query's row number and its m products in an array that is used again for the next
 */
export function similarityRows(
  queries: Float32Array,
  candidates: Float32Array,
  width: number,
  visit: (row: number, products: Float32Array) => void,
): void {
  const products = new Float32Array(candidates.length / width);
  for (let row = 0; row < queries.length / width; row++) {
    const query = queries.subarray(row * width, (row + 1) * width);
    for (let column = 0; column < products.length; column++) {
      products[column] = dot(query, candidates, column * width);
    }
    visit(row, products);
  }
}

/** Four running sums let the processor overlap the additions. */
function dot(query: Float32Array, candidates: Float32Array, offset: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let index = 0;
  for (; index + 3 < query.length; index += 4) {
    a += query[index]! * candidates[offset + index]!;
    b += query[index + 1]! * candidates[offset + index + 1]!;
    c += query[index + 2]! * candidates[offset + index + 2]!;
    d += query[index + 3]! * candidates[offset + index + 3]!;
  }
  for (; index < query.length; index++) a += query[index]! * candidates[offset + index]!;
  return a + b + (c + d);
}
