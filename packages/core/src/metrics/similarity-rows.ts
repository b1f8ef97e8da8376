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
  const query = new Float32Array(width);
  for (let row = 0; row < queries.length / width; row++) {
    query.set(queries.subarray(row * width, (row + 1) * width));
    multiply(query, candidates, products);
    visit(row, products);
  }
}

/** Products of one vector with all rows, four rows at a time: each value of the vector is read once for the four. */
function multiply(query: Float32Array, rows: Float32Array, products: Float32Array): void {
  const width = query.length;
  const whole = products.length - (products.length % 4);
  for (let column = 0; column < whole; column += 4) {
    const start = column * width;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let index = 0; index < width; index++) {
      const value = query[index]!;
      a += value * rows[start + index]!;
      b += value * rows[start + width + index]!;
      c += value * rows[start + 2 * width + index]!;
      d += value * rows[start + 3 * width + index]!;
    }
    products[column] = a;
    products[column + 1] = b;
    products[column + 2] = c;
    products[column + 3] = d;
  }
  for (let column = whole; column < products.length; column++) {
    let sum = 0;
    for (let index = 0; index < width; index++) sum += query[index]! * rows[column * width + index]!;
    products[column] = sum;
  }
}
