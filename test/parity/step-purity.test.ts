import { findNative, selectBackend } from '@modalkit/backend';
import { jsBackend } from '@modalkit/backend/js';
import type { Tf } from '@modalkit/contract';
import { createTrainable, trainingStep } from '@modalkit/core';
import { describe, expect, it } from 'vitest';
import { fusions, tinyDigits, tinyModel, tinySamples } from './digits-model.js';

/** Runs a function and notes every tensor it makes from host values and every read. */
function watch(tf: Tf, run: () => void): { made: string[]; reads: number } {
  const engine = tf.engine() as unknown as Record<string, (...args: unknown[]) => unknown>;
  const original = { makeTensor: engine.makeTensor!, readSync: engine.readSync!, read: engine.read! };
  // The native kernels compute elsewhere: what they read on the host counts too. Plain JS is the host.
  const kernels = tf.backend() as unknown as { readSync: (id: object) => unknown };
  const readOnHost = kernels.readSync;
  const made: string[] = [];
  let reads = 0;
  engine.makeTensor = function (...args) {
    made.push(JSON.stringify([args[1], args[2], Array.from(args[0] as ArrayLike<number>)]));
    return original.makeTensor.apply(this, args);
  };
  for (const name of ['read', 'readSync'] as const) {
    engine[name] = function (...args) {
      reads += 1;
      return original[name].apply(this, args);
    };
  }
  if (tf.getBackend() === 'tensorflow') {
    kernels.readSync = function (id) {
      reads += 1;
      return readOnHost.call(this, id);
    };
  }
  try {
    run();
  } finally {
    Object.assign(engine, original);
    kernels.readSync = readOnHost;
  }
  return { made, reads };
}

const native = await findNative();
const backends = { js: () => jsBackend(), ...(native ? { native: () => selectBackend() } : {}) };
type Case = [keyof typeof backends, keyof typeof fusions];
const cases = Object.keys(backends).flatMap((backend) =>
  Object.keys(fusions).map((fusion) => [backend, fusion] as Case),
);

describe('from collate to measurements', () => {
  it.each(cases)('no tensor is made from host data and none is read: %s, %s fusion', async (backend, name) => {
    const masking = {
      caption: { kind: 'random', ratio: 0.3 },
      picture: { kind: 'block', ratio: 0.5, block: 0.5 },
    } as const;
    const { model, batch } = await tinyModel(
      tinyDigits({ fusion: fusions[name](), masking, train: { steps: 5, average: 0.9 } }),
      await backends[backend]!(),
    );
    const { tf } = model.backend;
    const trainable = createTrainable(model);
    const rates = [tf.scalar(0.01), tf.scalar(0.02)];
    const batches = [
      await batch(await tinySamples(4, 1)),
      await batch(
        (await tinySamples(4, 2)).map((sample, index) =>
          index === 0 ? { ...sample, inputs: { picture: sample.inputs.picture } } : sample,
        ),
      ),
    ];
    trainingStep(trainable, [batches[0]!], rates[0]!);
    const seen = batches.map((one, index) => watch(tf, () => trainingStep(trainable, [one], rates[index]!)));
    // Constants of the program are equal for any two batches of one shape: what differs would be data.
    const different = seen[0]!.made.filter((value, index) => value !== seen[1]!.made[index]);
    expect(seen[0]!.made.length).toBe(seen[1]!.made.length);
    expect(different).toEqual([]);
    expect(seen.map(({ reads }) => reads)).toEqual([0, 0]);
  });

  it('the watch sees a read and a tensor of data when there is one', async () => {
    const { model } = await tinyModel(tinyDigits(), await jsBackend());
    const { tf } = model.backend;
    const seen = watch(tf, () => tf.tidy(() => tf.add(tf.tensor1d([4, 5]), 1).dataSync()));
    expect(seen.reads).toBe(1);
    expect(seen.made[0]).toBe('[[2],"float32",[4,5]]');
  });
});
