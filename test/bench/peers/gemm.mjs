// Answers {"pairs": n} with the milliseconds of n captured steps and, in turn, of a graph of nothing but their matrix products.
import { createInterface } from 'node:readline';
import { selectBackend } from '@modalkit/backend';
import { trainingProgram } from '@modalkit/core/training';
import { clipLike, randomBatch } from './model.mjs';

const { batch, threads } = JSON.parse(process.argv[2]);
const backend = await selectBackend({ threads });
const { tf } = backend;
const { trainable, classes } = await clipLike(backend);
const program = { name: 'training step', ...trainingProgram(trainable) };
const inputs = { batches: { 0: randomBatch(tf, batch, classes) }, rate: tf.scalar(1e-3) };
const refused = (sentence) => {
  throw new Error(sentence);
};
const step = backend.capture(program, refused);
const products = backend.capture(productsOf(record()), refused);

/** Shapes and transpositions of the matrix products of one step. */
function record() {
  const kernels = tf.backend();
  const { executeSingleOutput } = kernels;
  const calls = [];
  kernels.executeSingleOutput = function (op, attributes, given) {
    if (op === 'BatchMatMulV2') {
      const flag = (name) => attributes.find((attribute) => attribute.name === name).value;
      calls.push({ shapes: given.map(({ shape }) => shape), adjoint: [flag('adj_x'), flag('adj_y')] });
    }
    return executeSingleOutput.call(this, op, attributes, given);
  };
  tf.dispose(program.run(inputs));
  delete kernels.executeSingleOutput;
  return calls;
}

/** Each product has a second factor of its own: equal ones would be computed once. */
function productsOf(calls) {
  const firsts = new Map();
  const factors = calls.map(({ shapes: [a, b] }) => {
    if (!firsts.has(`${a}`)) firsts.set(`${a}`, tf.randomNormal(a));
    return [firsts.get(`${a}`), tf.randomNormal(b)];
  });
  const corner = (x) => tf.slice(tf.reshape(x, [-1]), [0], [1]);
  return {
    name: 'matrix products',
    constants: () => ({ first: [...firsts.values()], second: factors.map(([, b]) => b) }),
    run: () =>
      tf.tidy(() => ({
        sum: tf.addN(factors.map(([a, b], index) => corner(tf.matMul(a, b, ...calls[index].adjoint)))),
      })),
  };
}

function time(ready, given) {
  const start = performance.now();
  const results = ready.run(given);
  Object.values(results)[0].dataSync();
  tf.dispose(results);
  return performance.now() - start;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [steps, gemms] = [[], []];
  for (let pair = 0; pair < JSON.parse(line).pairs; pair++) {
    steps.push(time(step, inputs));
    gemms.push(time(products, {}));
  }
  console.log(JSON.stringify({ steps, gemms }));
}
process.exit(0);
