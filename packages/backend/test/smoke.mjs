// Prints what the selected backend computes, as one line of JSON: node smoke.mjs <built entry>
const { selectBackend, describeBackend } = await import(process.argv[2]);
const engineAfterImport = globalThis._tfengine !== undefined;
const start = performance.now();
const backend = await selectBackend();
const readyMs = Math.round(performance.now() - start);
const { tf, uniform } = backend;
const before = tf.memory().numTensors;
const result = tf.tidy(() => {
  const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
  const key = tf.tensor1d([3, 4], 'int32');
  const rows = tf.grad((table) => tf.sum(tf.gather(table, tf.tensor1d([1, 1, 3], 'int32'))))(tf.ones([4, 1]));
  return {
    product: [...product.dataSync()],
    uniform: [...uniform(key, [5]).dataSync(), ...uniform(key, [5]).dataSync()],
    mean: tf.mean(uniform(key, [100, 100])).dataSync()[0],
    segmentGradient: [...rows.dataSync()],
  };
});
const weight = tf.tidy(() => tf.variable(tf.ones([4, 4])));
const adam = tf.train.adam(0.05);
const x = tf.tidy(() => tf.reshape(tf.linspace(-1, 1, 32), [8, 4]));
const loss = () => tf.mean(tf.square(tf.matMul(x, weight)));
const losses = [];
for (let step = 0; step < 30; step++) {
  const value = adam.minimize(loss, true);
  losses[step === 0 ? 0 : 1] = value.dataSync()[0];
  value.dispose();
}
adam.dispose();
tf.dispose([weight, x]);
const leaked = tf.memory().numTensors - before;
const line = describeBackend(backend);
console.log(JSON.stringify({ ...result, node: process.version, line, losses, leaked, readyMs, engineAfterImport }));
