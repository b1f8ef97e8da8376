import type { HeadFit, Sample, Tensor } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import type { Scan } from '../data/index.js';
import { forward } from './forward.js';
import type { Model } from './model.js';
import type { OpenData } from './open-data.js';
import { someBatches } from './some-batches.js';

/** Refuses, before the first step, splits that heads could learn nothing from. @throws ModalkitError DATA */
export function checkHeadFits({ heads, config }: Runtime, { splits }: Scan): void {
  for (const [name, { fits = [] }] of Object.entries(heads))
    for (const { check, split = config.train.split } of fits) check?.(splits[split]!.samples, `heads/${name}`);
}

/**
 * Lets heads measure, with the weights as they are, what they keep in weights that are not trainable.
 * @param when what is to be measured now: `start` before the first step, else before an evaluation
 */
export async function fitHeads(model: Model, data: OpenData, when?: HeadFit['when']): Promise<void> {
  const { heads, config } = model.runtime;
  for (const [name, { fits = [] }] of Object.entries(heads)) {
    for (const fit of fits.filter((each) => each.when === when)) {
      const all = data.scan.splits[fit.split ?? config.train.split]!.samples;
      const { rows, width, samples } = await readOutput(model, data, `${name}/${fit.output}`, all, fit.samples);
      const values = fit.measure(rows, width, samples, `heads/${name}`);
      for (const [weight, numbers] of Object.entries(values)) assign(model, `heads/${name}/${weight}`, numbers);
    }
  }
}

async function readOutput(
  model: Model,
  { loader }: OpenData,
  output: string,
  all: readonly Sample[],
  most: number,
): Promise<{ rows: Float32Array; width: number; samples: readonly Sample[] }> {
  const { tf } = model.backend;
  const [parts, samples]: [Float32Array[], Sample[]] = [[], []];
  for await (const { batch, samples: own } of someBatches(model, loader, all, most)) {
    // Copied: a head may hand on the batch's own tensors, which end with the batch.
    const read: Tensor = tf.tidy(() => tf.clone(forward(model, batch, { training: false }).outputs[output]!));
    parts.push((await read.data()) as Float32Array);
    samples.push(...own);
    tf.dispose(read);
  }
  const width = parts[0] ? parts.reduce((sum, { length }) => sum + length, 0) / samples.length : 1;
  const rows = new Float32Array(samples.length * width);
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return { rows, width, samples };
}

function assign({ weights, backend: { tf } }: Model, name: string, values: Float32Array): void {
  const { spec, variable } = weights.get(name)!;
  tf.tidy(() => variable.assign(tf.tensor(values, [...spec.shape], 'float32') as never));
}
