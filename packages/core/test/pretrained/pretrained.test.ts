import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADAPTER, type Adapter, CONTRACT, definePlugin, type HostArray } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import { encodeManifest, sha256 } from '../../src/checkpoint/manifest.js';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.js';
import type { Config } from '../../src/compose/config.js';
import { openRun } from '../../src/infer/index.js';
import { infoNCE } from '../../src/objectives/index.js';
import {
  type AdapterWeights,
  openAdapterWeights,
  readAdapterState,
  readAdapterWeights,
} from '../../src/pretrained/adapter-weights.js';
import { type Exported, exportAdapter } from '../../src/pretrained/export-adapter.js';
import { train } from '../../src/train/index.js';
import { errorOf } from '../checkpoint/helpers.js';
import { type SeriesOptions, seriesAdapter } from '../fixtures/series-plugin.js';
import { meanSquare, memory, plain, project, sample } from '../fixtures/test-project.js';

/** Numbers divided by the largest that the training split has. */
interface Scale {
  readonly largest: Float32Array;
}

const scaled = definePlugin((options: SeriesOptions = {}) => ({
  id: options.id ?? 'test-scaled',
  contract: CONTRACT,
  setup: (scope) => scope.provide(ADAPTER, () => scaledAdapter({ id: 'test-scaled', layers: 0, ...options })),
}));

function scaledAdapter(options: SeriesOptions): Adapter<number[], Scale, Float32Array> {
  return {
    ...(seriesAdapter(options) as unknown as Adapter<number[], Scale, Float32Array>),
    fit: async (samples) => {
      let largest = 0;
      for await (const numbers of samples) largest = Math.max(largest, ...numbers);
      return { largest: Float32Array.of(largest) };
    },
    prepare: async (numbers, { state }) => Float32Array.from(numbers, (number) => number / state.largest[0]!),
  };
}

const kinds = [2, 6, 10];
const samples = (more: string) =>
  Array.from({ length: 18 }, (_, row) => {
    const numbers = [kinds[row % 3]! + (row % 2) / 10, 1];
    return {
      ...sample(`s${row}`, { left: numbers, [more]: numbers.map((each) => each * 3) }),
      split: row < 12 ? 'train' : 'test',
    };
  });

let root: string;
const at = (...parts: string[]) => join(root, ...parts);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'modalkit-权重-'));
  await tf.setBackend('cpu');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** `left` is aligned with another input. */
function runtimeOf(more: string, config: Partial<Config> = {}) {
  return project({
    inputs: { left: scaled(), [more]: scaled({ id: `test-${more}` }) },
    objectives: { contrast: infoNCE({ pairs: [['left', more]] }) },
    data: { source: memory(samples(more)), batch: 6, workers: 0, cache: false },
    train: { steps: 4, learningRate: 0.02 },
    ...config,
  });
}

async function trained(name: string, more: string, config: Partial<Config> = {}) {
  const runtime = runtimeOf(more, config);
  await train({ runtime, backend: plain, folder: at(name) });
  return runtime;
}

const exported = async (name: string, more: string, input: string, config: Partial<Config> = {}): Promise<Exported> =>
  exportAdapter({
    runtime: runtimeOf(more, config),
    folder: at(name),
    input,
    to: at(`${name}-${input}`),
    licence: 'MIT',
  });

async function weightsOf(name: string, prefix: string): Promise<Map<string, HostArray>> {
  const loaded = await (await openCheckpoints(at(name, 'checkpoints'), { keep: 2 })).latest();
  const own = [...loaded!.tensors.weights!].filter(([key]) => key.startsWith(`${prefix}/`));
  return new Map(own.map(([key, array]) => [key.slice(prefix.length + 1), array]));
}

/** A copy of the exported weights, to be spoilt. */
async function copyOf(from: string, name: string): Promise<string> {
  await cp(at(from), at(name), { recursive: true });
  return at(name);
}

/** Writes the manifest of other files than were exported, with hashes that are right. */
async function rewrite(folder: string, changed: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  const opened = openAdapterWeights(folder);
  const files = await Promise.all(
    opened.files.map(async ({ name }) => {
      const data = Buffer.from(changed[name] ?? (await readFile(join(folder, name))));
      await writeFile(join(folder, name), data);
      return { name, size: data.length, sha256: sha256(data) };
    }),
  );
  const manifest = encodeManifest({ step: opened.step, created: new Date(0).toISOString(), files });
  await writeFile(join(folder, 'manifest.json'), manifest);
}

describe('weights of one adapter', () => {
  let left: Exported;
  const frozen = () => ({ pretrained: { left: at('first-left') } });
  beforeAll(async () => {
    await trained('first', 'right');
    left = await exported('first', 'right', 'left');
  }, 30_000);

  it('are exported with state, space and card, byte by byte as they were trained', async () => {
    const opened = openAdapterWeights(at('first-left'));
    expect(opened).toMatchObject({
      adapter: 'test-scaled',
      step: 4,
      licence: 'MIT',
      space: { id: left.space.id, width: 8 },
    });
    expect(readAdapterWeights(opened)).toEqual(await weightsOf('first', 'left'));
    // the largest number of the training split: 10.1
    expect(readAdapterState(opened)).toEqual({ largest: Float32Array.of(10.1) });
    const card = await readFile(at('first-left', 'MODEL_CARD.md'), 'utf8');
    expect(card).toContain('license: "MIT"');
    expect(card).toContain('Samples from test-memory: 12 in "train", 6 in "test".');
    expect(card).toContain(left.sha256);
  });

  it('of one run are of one joint space, those of another run of another', async () => {
    expect((await exported('first', 'right', 'right')).space).toEqual(left.space);
    await trained('other', 'right', { seed: 2 });
    expect((await exported('other', 'right', 'right', { seed: 2 })).space.id).not.toBe(left.space.id);
  });

  it('stay as they are where they are composed, while another input is trained to them and joins their space', async () => {
    const runtime = await trained('second', 'below', frozen());
    expect(await weightsOf('second', 'left')).toEqual(readAdapterWeights(openAdapterWeights(at('first-left'))));
    expect(await weightsOf('second', 'below')).not.toEqual(await weightsOf('first', 'right'));
    // its own state came with it: fitted anew on samples of this project it would be the same, so that is checked by the loader
    expect(runtime.resolved).toMatchObject({ pretrained: { left: { sha256: left.sha256, freeze: true } } });
    const below = await exported('second', 'below', 'below', frozen());
    expect(below.space).toEqual(left.space);
    // and so both are composed together
    const both = { pretrained: { left: at('first-left'), below: at('second-below') } };
    expect(Object.keys(runtimeOf('below', both).inputs)).toEqual(['left', 'below']);
  });

  it('bring their fitted state, whatever the samples here are', async () => {
    const larger = samples('below').map((each) => ({ ...each, inputs: { ...each.inputs, left: [40, 80] } }));
    const data = { source: memory(larger), batch: 6, workers: 0, cache: false as const };
    await trained('larger', 'below', { ...frozen(), data });
    const loaded = await (await openCheckpoints(at('larger', 'checkpoints'), { keep: 2 })).latest();
    expect([...loaded!.tensors.states!.values()].map(({ data }) => data[0])).toContain(Math.fround(10.1));
  });

  it('stay as they are where another run is begun from, and no low-rank weight is added to them', async () => {
    const train = { steps: 1, learningRate: 0.02, from: at('other'), lora: [{ weights: '*', rank: 2 }] };
    await trained('begun', 'right', { ...frozen(), train });
    expect(await weightsOf('begun', 'left')).toEqual(await weightsOf('first', 'left'));
    expect((await weightsOf('begun', 'right')).get('align/kernel')).toEqual(
      (await weightsOf('other', 'right')).get('align/kernel'),
    );
    expect([...(await weightsOf('begun', 'lora')).keys()]).toContain('right/align/kernel/up');
    expect([...(await weightsOf('begun', 'lora')).keys()].filter((name) => name.startsWith('left/'))).toEqual([]);
  });

  it('are trained further with freeze: false, and are then of a space of their own', async () => {
    const config = { pretrained: { left: { from: at('first-left'), freeze: false } } };
    await trained('further', 'below', config);
    expect(await weightsOf('further', 'left')).not.toEqual(await weightsOf('first', 'left'));
    expect((await exported('further', 'below', 'left', config)).space.id).not.toBe(left.space.id);
  });

  it('of another space are refused, unless a trained layer realigns them', async () => {
    await exported('other', 'right', 'right', { seed: 2 });
    const pretrained = { left: at('first-left'), right: at('other-right') };
    await expect(errorOf(() => runtimeOf('right', { pretrained }), 'COMPOSE')).resolves.toMatchObject({
      message: expect.stringMatching(
        /^pretrained: "left" is of the joint space \w{12} and "right" of \w{12}; take weights of one space, or write `realign: true` for one of the two\.$/,
      ),
    });
    const config = { pretrained: { ...pretrained, right: { from: at('other-right'), realign: true } } };
    await trained('realigned', 'right', config);
    const all = await weightsOf('realigned', 'right');
    for (const [name, array] of readAdapterWeights(openAdapterWeights(at('other-right'))))
      expect(all.get(name)).toEqual(array);
    expect(all.get('realign/bias')!.data.some((value) => value !== 0)).toBe(true);
    await expect(errorOf(() => exported('realigned', 'right', 'right', config), 'USAGE')).resolves.toMatchObject({
      message: expect.stringContaining('is realigned'),
    });
  });

  it('are realigned into a space of another width, and answer there, for an input that shares them too', async () => {
    const config = {
      inputs: { left: scaled(), below: scaled({ id: 'test-below' }), again: scaled({ share: 'left' }) },
      space: { width: 6 },
      pretrained: { left: { from: at('first-left'), realign: true } },
    };
    await trained('narrow', 'below', config);
    const run = await openRun({ runtime: runtimeOf('below', config), backend: plain, folder: at('narrow') });
    const embedded = await run.embed('left', [[2, 1]]);
    expect(embedded.length).toBe(6);
    expect(await run.embed('again', [[2, 1]])).toEqual(embedded);
    await run.dispose();
    const message = expect.stringMatching(/has the width 8, the project's 6; write `space: \{ width: 8 \}`/);
    expect(await errorOf(() => runtimeOf('below', { ...config, ...frozen() }), 'COMPOSE')).toMatchObject({ message });
  });

  it('are of no space when nothing aligns the input, and are not exported', async () => {
    const config = { objectives: { left: meanSquare({ input: 'left' }) } };
    const error = await errorOf(() => exported('first', 'right', 'left', config), 'CHECKPOINT');
    expect(error.message).toContain('objectives/contrast was');
    await trained('alone', 'right', config);
    expect((await errorOf(() => exported('alone', 'right', 'left', config), 'USAGE')).message).toContain(
      'no objective aligns it',
    );
  });

  it('above the size that a registry takes are refused before anything is written', async () => {
    const to = at('too-large');
    const options = {
      runtime: runtimeOf('right'),
      folder: at('first'),
      input: 'left',
      to,
      licence: 'MIT',
      limit: 1000,
    };
    expect((await errorOf(() => exportAdapter(options), 'PLUGIN')).message).toMatch(/--to <folder>.*sha256/);
    await expect(readFile(join(to, 'manifest.json'))).rejects.toThrow('ENOENT');
  });

  it.each<[string, Partial<Config>, RegExp]>([
    ['an input that is not there', { pretrained: { up: './x' } }, /pretrained refers to the input "up"/],
    [
      'a package that is not installed',
      { pretrained: { left: '@you/none' } },
      /@you\/none is not installed; run `npm install/,
    ],
    ['a name with a path in it', { pretrained: { left: '@you/../../etc' } }, /neither a package nor a folder/],
    [
      'other options',
      { inputs: { left: scaled({ width: 4 }), right: scaled({ id: 'test-right' }) } },
      /trained with other options; give test-scaled \{ width: 8 \}/,
    ],
    [
      'another adapter',
      { inputs: { left: scaled({ id: 'test-up' }), right: scaled({ id: 'test-right' }) } },
      /the weights are of test-scaled, the input is test-up/,
    ],
    [
      'another hash than is asked for',
      { pretrained: { left: { from: 'FIRST', sha256: '0'.repeat(64) } } },
      /not 0{64}; take those/,
    ],
  ])('are refused for %s', async (_, config, message) => {
    const put = JSON.parse(JSON.stringify(config.pretrained ?? frozen().pretrained).replace('FIRST', at('first-left')));
    const error = await errorOf(() => runtimeOf('right', { ...config, pretrained: put }), 'COMPOSE');
    expect(error.message).toMatch(message);
  });

  it('of an input that shares those of another are refused', async () => {
    const inputs = { left: scaled(), right: scaled({ share: 'left' }) };
    const config = { inputs, pretrained: { right: at('first-left') } };
    expect((await errorOf(() => runtimeOf('right', config), 'COMPOSE')).message).toContain(
      'uses the weights of "left"',
    );
  });

  it('are looked for in an installed package, and nowhere outside of it', async () => {
    const home = at('node_modules', '@you', 'scaled');
    await cp(at('first-left'), join(home, 'weights'), { recursive: true });
    const stated = async (weights: unknown) => {
      await writeFile(join(home, 'package.json'), JSON.stringify({ name: '@you/scaled', modalkit: { weights } }));
      return project(
        {
          ...{ inputs: { left: scaled() }, objectives: { left: meanSquare({ input: 'left' }) } },
          pretrained: { left: '@you/scaled' },
        },
        root,
      );
    };
    expect((await stated('weights')).inputs.left!.pretrained!.sha256).toBe(left.sha256);
    expect((await errorOf(() => stated(undefined), 'COMPOSE')).message).toContain('carries no weights');
    await symlink(at('first-left'), join(home, 'link'));
    for (const path of ['../../../first-left', at('first-left'), 'link', 'gone'])
      expect((await errorOf(() => stated(path), 'COMPOSE')).message).toMatch(/missing or leads out of the package/);
  });

  it.each<[string, (folder: string, opened: AdapterWeights) => Promise<unknown>, RegExp]>([
    ['a byte changed', async (folder) => flip(join(folder, 'weights.safetensors')), /weights\.safetensors was altered/],
    ['a file cut short', (folder) => truncate(join(folder, 'weights.safetensors'), 40), /has 40 bytes instead of/],
    ['a manifest changed', (folder) => flip(join(folder, 'manifest.json')), /manifest\.json .*(checksum|cut short)/],
    [
      'a file that is a link out of the folder',
      (folder) => relink(join(folder, 'weights.safetensors')),
      /leads outside/,
    ],
    ['a file missing', (folder) => rm(join(folder, 'weights.safetensors')), /weights\.safetensors is missing/],
    [
      'a shape that was not said',
      async (folder, { weights }) =>
        rewrite(folder, { 'weights.safetensors': safetensors(weights, (shape) => [...shape, 1]) }),
      /as "align\/bias" and not float32 of \[8\]/,
    ],
    [
      'numbers that are not finite',
      async (folder, { weights }) =>
        rewrite(folder, { 'weights.safetensors': safetensors(weights, (shape) => shape, Number.NaN) }),
      /not finite/,
    ],
    [
      'a tensor more',
      async (folder, { weights }) =>
        rewrite(folder, { 'weights.safetensors': safetensors({ ...weights, more: [1] }, (shape) => shape) }),
      /a tensor "more" that adapter\.json does not list/,
    ],
    [
      'another dtype',
      async (folder, { weights }) =>
        rewrite(folder, { 'weights.safetensors': safetensors(weights, (shape) => shape, undefined) }),
      /int32 of \[8\]/,
    ],
  ])('that are damaged are refused: %s', async (name, spoil, message) => {
    const folder = await copyOf('first-left', `damaged ${name}`);
    await spoil(folder, openAdapterWeights(folder));
    const error = await errorOf(() => readAdapterWeights(openAdapterWeights(folder)), 'CHECKPOINT');
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/; install the package again, or export the weights anew\.$/);
  });
});

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.length - 20]! ^= 1;
  await writeFile(file, bytes);
}

async function relink(file: string): Promise<void> {
  await mkdir(at('outside'), { recursive: true });
  await cp(file, at('outside', 'weights.safetensors'));
  await rm(file);
  await symlink(at('outside', 'weights.safetensors'), file);
}

/** Tensors of these shapes; int32 without a value. */
function safetensors(
  weights: AdapterWeights['weights'],
  shapeOf: (shape: readonly number[]) => readonly number[],
  ...values: (number | undefined)[]
) {
  const value = values.length > 0 ? values[0] : 1;
  const tensors = Object.entries(weights).map(([name, shape]): [string, HostArray] => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return value === undefined
      ? [name, { dtype: 'int32', shape: shapeOf(shape), data: new Int32Array(size) }]
      : [name, { dtype: 'float32', shape: shapeOf(shape), data: new Float32Array(size).fill(value) }];
  });
  return writeSafetensors(new Map(tensors));
}
