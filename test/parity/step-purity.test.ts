import { findNative, selectBackend } from '@modalkit/backend';
import { jsBackend } from '@modalkit/backend/js';
import { createTrainable, trainingStep } from '@modalkit/core/training';
import { describe, expect, it } from 'vitest';
import { fusions, tinyDigits, tinyModel, tinySamples } from './digits-model.js';
import { watch } from './watch.js';

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
