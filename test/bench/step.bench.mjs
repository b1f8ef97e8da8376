// A step of the main job, by the trainer itself, on the backend that a user would get: 210 steps of recipes/digits.
import { selectBackend } from '@modalkit/backend';
import { loadProject, train } from '@modalkit/core';
import { DIGITS, withDigits } from './tools/digits.mjs';
import { median } from './tools/median.mjs';

const STEPS = 210;
/** The first steps wait for workers, fill memory pools and run code that is not compiled yet. */
const WARM_UP = 20;

export const bench = () =>
  withDigits(async (folder) => {
    const backend = await selectBackend();
    const runtime = await loadProject(DIGITS);
    const stop = new AbortController();
    const steps = [];
    const tensors = {};
    const report = (event) => {
      if (event.kind !== 'step') return;
      tensors[event.step] = backend.tf.memory().numTensors;
      if (event.step > WARM_UP) steps.push({ ms: (1000 * runtime.data.batch) / event.samplesPerSecond, ...event });
      if (event.step === STEPS) stop.abort();
    };
    const reporters = [{ id: 'bench', report }];
    const { peakRssMb } = await train({ runtime, backend, folder, reporters, signal: stop.signal });
    await runtime.dispose();
    const total = steps.reduce((sum, { ms }) => sum + ms, 0);
    const waited = steps.reduce((sum, { ms, dataWaitShare }) => sum + ms * dataWaitShare, 0);
    const msPerStep = median(steps.map(({ ms }) => ms));
    return {
      msPerStep: Number(msPerStep.toFixed(2)),
      samplesPerSecond: Math.round((1000 * runtime.data.batch) / msPerStep),
      dataWaitShare: Number((waited / total).toFixed(4)),
      peakRssMb: Math.round(peakRssMb),
      tensorsAt10: tensors[10],
      tensorsAt200: tensors[200],
      backend: backend.id,
    };
  });
