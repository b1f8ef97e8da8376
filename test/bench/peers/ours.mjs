// A server like theirs.py: reads {"steps": n} a line, runs n steps of the model, answers {"ms": [...], "cpuMs": [...], "rssMb": peak, ...}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { selectBackend } from '@modalkit/backend';
import { trainingProgram } from '@modalkit/core/training';
import { clipLike, randomBatch } from './model.mjs';

const { batch, threads, eager, microbatch } = JSON.parse(process.argv[2]);
const backend = await selectBackend({ threads });
const { tf } = backend;
const { trainable, classes } = await clipLike(backend, { microbatch });
const program = { name: 'training step', ...trainingProgram(trainable) };
const notices = [];
const ready = eager ? program : backend.capture(program, (sentence) => notices.push(sentence));
const inputs = { batches: { 0: randomBatch(tf, batch, classes) }, rate: tf.scalar(1e-3) };

const peakMb = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

for await (const line of createInterface({ input: process.stdin })) {
  const ms = [];
  const cpuMs = [];
  let loss;
  for (let step = 0; step < JSON.parse(line).steps; step++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    const measured = ready.run(inputs);
    loss = measured.loss.dataSync()[0];
    ms.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    cpuMs.push((user + system) / 1000);
    tf.dispose(measured);
  }
  const weights = trainable.flat.sizes.reduce((sum, size) => sum + size, 0);
  const info = eager ? undefined : ready.info();
  const answer = { ms, cpuMs, rssMb: peakMb(), loss, weights, classes, backend: backend.id, info, notices };
  console.log(JSON.stringify(answer));
}
process.exit(0);
