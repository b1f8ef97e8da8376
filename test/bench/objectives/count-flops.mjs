/**
 * Floating-point operations of the matrix products and convolutions that a function runs on the native backend, 2 for each
 * multiplication and addition; elementwise work is not counted.
 * @param {import('@modalkit/contract').Tf} tf @param {() => void} run
 */
export function countFlops(tf, run) {
  const kernels = tf.backend();
  const { executeSingleOutput } = kernels;
  const size = (shape) => shape.reduce((product, extent) => product * extent, 1);
  let flops = 0;
  kernels.executeSingleOutput = function (op, attributes, given) {
    const result = executeSingleOutput.call(this, op, attributes, given);
    if (op === 'BatchMatMulV2') {
      const transposed = attributes.find(({ name }) => name === 'adj_x').value;
      flops += 2 * size(result.shape) * given[0].shape.at(transposed ? -2 : -1);
    } else if (op === 'Conv2D') {
      flops += 2 * size(result.shape) * size(given[1].shape.slice(0, 3));
    } else if (op.startsWith('Conv2DBackprop')) {
      throw new Error(`${op} is not counted`);
    }
    return result;
  };
  try {
    run();
  } finally {
    delete kernels.executeSingleOutput;
  }
  return flops;
}
