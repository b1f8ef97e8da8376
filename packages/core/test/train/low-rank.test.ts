import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostArray, RunEvent } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import type { Config } from '../../src/compose/config.js';
import { hostContext } from '../../src/data/index.js';
import { exportRun } from '../../src/infer/index.js';
import { embedRaw } from '../../src/train/embed.js';
import { mergeLowRank } from '../../src/train/low-rank.js';
import { createModel } from '../../src/train/model.js';
import { openModel } from '../../src/train/open-model.js';
import { train } from '../../src/train/train.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory, plain, project, sample } from '../fixtures/test-project.js';

const samples = Array.from({ length: 16 }, (_, row) => ({
  ...sample(`s${row}`, { left: [row % 4, 1], right: [1, row % 3] }, (row % 4) / 4),
  split: row < 8 ? 'train' : 'test',
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-low-rank-'));
  await tf.setBackend('cpu');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function runtimeOf(options: Partial<Config['train']>, width = 4) {
  return project({
    inputs: { left: series({ layers: 1, width }), right: series({ layers: 0, width: 4 }) },
    objectives: { left: meanSquare({ input: 'left' }), right: meanSquare({ input: 'right' }) },
    data: { source: memory(samples), batch: 4, workers: 0, cache: false },
    train: { steps: 6, saveEvery: 100, learningRate: 0.05, schedule: 'constant', ...options },
  });
}

async function run(name: string, options: Partial<Config['train']>, width?: number) {
  const events: RunEvent[] = [];
  const reporters = [{ id: 'test', report: (event: RunEvent) => void events.push(event) }];
  await train({ runtime: runtimeOf(options, width), backend: plain, folder: join(folder, name), reporters });
  return events.flatMap((event) => (event.kind === 'notice' ? [event.message] : []));
}

async function savedBy(name: string): Promise<ReadonlyMap<string, HostArray>> {
  const checkpoints = await openCheckpoints(join(folder, name, 'checkpoints'), { keep: 2 });
  return (await checkpoints.latest())!.tensors.weights!;
}

const array = (shape: number[], data: number[]): HostArray => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

it('merges W + scale D U, and leaves what was not adapted', () => {
  const merged = mergeLowRank(
    new Map([
      ['a/kernel', array([2, 2], [1, 2, 3, 4])],
      ['a/bias', array([2], [7, 8])],
      ['lora/a/kernel/down', array([2, 1], [1, 2])],
      ['lora/a/kernel/up', array([1, 2], [0.5, -1])],
      ['lora/a/kernel/scale', array([1], [2])],
    ]),
  );
  // 2 [1; 2] [0.5, -1] = [[1, -2], [2, -4]].
  expect([...merged.get('a/kernel')!.data]).toEqual([2, 0, 5, 0]);
  expect([...merged.get('a/bias')!.data]).toEqual([7, 8]);
  expect([...merged.keys()]).toEqual(['a/kernel', 'a/bias']);
});

describe('a run that begins with another', () => {
  it('trains low-rank weights alone, on a base that stays to the byte; merged it says the same within 1e-5', async () => {
    await run('base', {});
    const options = {
      from: join(folder, 'base'),
      freeze: ['left/*', 'right/*'],
      lora: [{ weights: 'left/*', rank: 2, alpha: 4 }],
    };
    const notices = await run('adapted', options);
    expect(notices[0]).toMatch(/^Began with \d+ weights of .*base.*step 6; \d+ others begin afresh\.$/);
    const [base, adapted] = [await savedBy('base'), await savedBy('adapted')];
    for (const [name, { data }] of base) expect([...adapted.get(name)!.data], name).toEqual([...data]);
    // Nothing is hidden here, so the token that stands for what is hidden learns nothing.
    const ups = [...adapted].filter(([name]) => name.endsWith('/up') && !name.includes('/hidden/'));
    expect(ups.length).toBeGreaterThan(3);
    expect(ups.every(([, { data }]) => data.some((value) => value !== 0))).toBe(true);
    expect([...adapted.get('lora/left/align/kernel/scale')!.data]).toEqual([2]);
    expect(adapted.get('lora/left/align/kernel/down')!.shape).toEqual([4, 2]);
    // The embedding of a number is [1, 4]: its rank is 1 at most.
    expect(adapted.get('lora/left/embed/kernel/down')!.shape).toEqual([1, 1]);
    expect([...adapted.keys()].some((name) => name.startsWith('lora/right'))).toBe(false);

    const runtime = runtimeOf(options);
    const unmerged = createModel(runtime, plain, {}, { weights: adapted, folder });
    const { model: merged } = await openModel({ runtime, backend: plain, folder: join(folder, 'adapted') });
    expect([...merged.weights.keys()]).toEqual([...base.keys()].sort());
    const { model: before } = await openModel({ runtime: runtimeOf({}), backend: plain, folder: join(folder, 'base') });
    const context = hostContext('left', undefined, '/', 1);
    const [a, b, c] = await Promise.all(
      [unmerged, merged, before].map((model) => embedRaw(model, 'left', [[1, 2], [3]], context)),
    );
    const apart = (x: Float32Array, y: Float32Array) => Math.max(...x.map((value, at) => Math.abs(value - y[at]!)));
    expect(apart(a!, b!)).toBeLessThan(1e-5);
    expect(apart(a!, c!)).toBeGreaterThan(1e-3);
  });

  it('is exported merged: weights within 1e-6 of W + scale D U, and the same answers within 1e-5', async () => {
    await run('base', {});
    const options = { from: join(folder, 'base'), lora: [{ weights: 'left/*', rank: 2, alpha: 6 }] };
    await run('adapted', options);
    const configPath = join(folder, 'modalkit.config.mjs');
    await writeFile(configPath, 'export default {};\n');
    const runtime = runtimeOf(options);
    await exportRun({
      ...{ runtime: { ...runtime, configPath }, licence: 'MIT' },
      ...{ folder: join(folder, 'adapted'), to: join(folder, 'exported') },
    });
    const [adapted, exported] = [await savedBy('adapted'), await savedBy('exported')];
    expect([...exported.keys()].sort()).toEqual([...adapted.keys()].filter((name) => !name.startsWith('lora/')).sort());
    let changed = 0;
    for (const [name, { shape, data }] of exported) {
      const part = (of: string) => adapted.get(`lora/${name}/${of}`)!.data;
      const base = adapted.get(name)!.data;
      const [columns, rank] = [shape.at(-1)!, adapted.get(`lora/${name}/up`)?.shape[0] ?? 0];
      for (const [at, value] of data.entries()) {
        const [row, column] = [Math.floor(at / columns), at % columns];
        const products = Array.from(
          { length: rank },
          (_, k) => part('down')[row * rank + k]! * part('up')[k * columns + column]!,
        );
        const change = products.reduce((sum, each) => sum + 3 * each, 0);
        expect(Math.abs(value - base[at]! - change), name).toBeLessThan(1e-6);
        if (Math.abs(change) > 1e-3) changed += 1;
      }
    }
    expect(changed).toBeGreaterThan(100);
    const unmerged = createModel(runtime, plain, {}, { weights: adapted, folder });
    const { model: merged } = await openModel({ runtime, backend: plain, folder: join(folder, 'exported') });
    const context = hostContext('left', undefined, '/', 1);
    const [a, b] = await Promise.all(
      [unmerged, merged].map((model) => embedRaw(model, 'left', [[1, 2], [3], [0.5, -1, 2]], context)),
    );
    expect(Math.max(...a!.map((value, at) => Math.abs(value - b![at]!)))).toBeLessThan(1e-5);
  });

  it('begins as that one was: nothing is added before the first step', async () => {
    await run('base', {});
    const runtime = runtimeOf({ lora: [{ weights: 'left/*', rank: 2 }] });
    const base = await savedBy('base');
    const model = createModel(runtime, plain, {});
    for (const [name, { variable }] of model.weights) {
      const value = base.get(name);
      if (value) variable.assign(tf.tensor(value.data as Float32Array, [...value.shape]));
    }
    const { model: before } = await openModel({ runtime: runtimeOf({}), backend: plain, folder: join(folder, 'base') });
    const context = hostContext('left', undefined, '/', 1);
    expect(await embedRaw(model, 'left', [[1, 2]], context)).toEqual(await embedRaw(before, 'left', [[1, 2]], context));
  });

  it('is refused where nothing is alike, where shapes differ, and where nothing was trained', async () => {
    await expect(run('other', { from: join(folder, 'base') })).rejects.toThrow(/base: there is no checkpoint/);
    await run('base', {}, 8);
    await expect(run('other', { from: join(folder, 'base') })).rejects.toThrow(
      /train\.from: "left\/.*" is \[.*8.*\] in .*base.* and \[.*4.*\] here/,
    );
  });
});

it('refuses a pattern that matches nothing, with the nearest name, and a rank of 0', async () => {
  const refused = (lora: { weights: string; rank: number }[]) => expect(run('refused', { lora }));
  await refused([{ weights: 'lift/*', rank: 2 }]).rejects.toThrow(
    'config: train.lora: the pattern "lift/*" matches no weight; did you mean "left/*"?',
  );
  await refused([{ weights: 'left/*', rank: 0 }]).rejects.toThrow(/train\.lora\.0\.rank/);
});
