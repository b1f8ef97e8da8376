import { deserialize, serialize } from 'node:v8';
import type { Adapter } from '@modalkit/contract';
import { createTestModel } from '@modalkit/toolkit/testing';
import type { AdapterBench } from '../../adapter-bench.js';
import { adapterOf } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { providedBy } from '../../provided-by.js';
import { seenOf, tidied } from '../../seen.js';

export const weightsAloneAreTheModel: Promised<Adapter, AdapterBench> = {
  id: 'weights-alone-are-the-model',
  title: 'weights and state, saved and loaded into a fresh adapter, give the same tokens',
  check({ given, tf, state, model, prepared, batch, run }) {
    const fresh = adapterOf(providedBy(given.plugin, 'inputs/tried'));
    const loaded = createTestModel({ tf, state: deserialize(serialize(state)), training: false, seed: 77 });
    try {
      fresh.init(loaded.init);
      for (const [name, weight] of loaded.weights) {
        const saved = model.weights.get(name);
        // One that is declared otherwise is another promise's: weights-are-declared-alike.
        if (String(saved?.shape) === String(weight.shape)) weight.assign(saved!);
      }
      const [saved, again] = tidied(tf, () => {
        const arrays = batch(prepared);
        const tokens = fresh.encode(arrays, { hidden: tf.zerosLike(arrays.valid) }, loaded.step);
        return [seenOf(run(arrays).aligned), seenOf(fresh.align(tokens, loaded.step.space, loaded.step))];
      });
      const at = saved!.findIndex((row, index) => !(differenceOf(row, again![index]!) <= ROUNDING));
      if (at !== -1)
        broken(
          `With its weights and state loaded, sample ${at} gives something else: keep nothing beside weights that init declares.`,
        );
    } finally {
      loaded.dispose();
    }
  },
};
