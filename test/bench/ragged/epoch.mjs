// An epoch of recipes/five-digits as two programs see it: lengths as recorded, each input present with p = 0.6 by a fixed seed.
import { join } from 'node:path';
import { fitAdapters, loadDataset, loadProject } from '@modalkit/core';
import { openLoader } from '@modalkit/core/training';
import { keyed, shuffle } from '../../../recipes/five-digits/make/keyed.mjs';
import { makeData } from '../../../recipes/five-digits/make-data.mjs';
import { ROOT } from '../../../recipes/tools/packages.mjs';

const SEED = 20261128;
const PRESENT = 0.6;
const BATCH = 128;
/** Every length is a bucket: padded to the longest of the batch, no further. */
const EVERY_LENGTH = Array.from({ length: 512 }, (_, at) => at + 1);

/** The recipe without what is drawn at random, which both programs would draw apart, and without masked modelling's unused weights. */
const projectOf = (buckets) =>
  loadProject(join(ROOT, 'recipes', 'five-digits', 'modalkit.config.ts'), (config) => ({
    ...config,
    masking: undefined,
    metrics: undefined,
    data: { ...config.data, batch: BATCH, workers: 0, memory: 2048, buckets },
    train: { ...config.train, average: undefined, inputDropout: 0, freeze: ['*/score/*', '*/mask'] },
  }));

/** Training samples; each has every input with p = 0.6: the recipe's own gaps, widened. */
function thinned(samples, inputs) {
  const share = (input) => samples.filter((sample) => sample.inputs[input] !== undefined).length / samples.length;
  const kept = Object.fromEntries(inputs.map((input) => [input, PRESENT / share(input)]));
  const some =
    (sample) =>
    ([input]) =>
      keyed(SEED, sample.id, input) < kept[input];
  return samples
    .map((sample) => ({ ...sample, inputs: Object.fromEntries(Object.entries(sample.inputs).filter(some(sample))) }))
    .filter((sample) => Object.keys(sample.inputs).length > 0);
}

/**
 * The project; the batches of an epoch as the trainer draws them; the same samples as the usual loop does, shuffled, each input padded to
 * the longest of the batch, all rows there; the samples of our first batch so; and how many tokens of both are real.
 */
export async function epoch() {
  await makeData();
  const [runtime, plain] = [await projectOf(undefined), await projectOf(EVERY_LENGTH)];
  const dataset = await loadDataset(runtime);
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const states = await fitAdapters(runtime, training, dataset.root);
  const samples = thinned(training, runtime.inputNames);
  const loader = openLoader(runtime, states, dataset.root);
  const scan = await loader.scan({ ...dataset, samples, rejected: [] }, { splits: ['train'] });
  const { train } = scan.splits;
  const plan = loader.plan(train, { training: true });
  const ours = [];
  for await (const { batch } of loader.batches(train, plan, { from: 0, to: plan.stepsPerEpoch, training: false }))
    ours.push(batch);
  await loader.close();
  const drawn = ours.map((_, step) => plan.drawBatch(step).rows.map((row) => train.samples[row]));
  const shuffled = shuffle(drawn.flat(), ({ id }) => ['ragged', SEED, id]);
  const other = openLoader(plain, states, dataset.root);
  const theirs = [];
  for (const step of ours.keys()) theirs.push(await other.batchOf(shuffled.slice(step * BATCH, (step + 1) * BATCH)));
  const check = await other.batchOf(drawn[0]);
  await other.close();
  const tokens = { real: realTokens(ours), ours: tokensOf(ours), theirs: tokensOf(theirs) };
  return { runtime, states, ours, theirs, check, tokens };
}

const validOf = (batches) => batches.flatMap(({ inputs }) => Object.values(inputs).map(({ arrays }) => arrays.valid));
/** Tokens that go through the towers, padding and absent samples among them. */
const tokensOf = (batches) => validOf(batches).reduce((sum, { data }) => sum + data.length, 0);
const realTokens = (batches) => validOf(batches).reduce((sum, { data }) => data.reduce((a, b) => a + b, sum), 0);
