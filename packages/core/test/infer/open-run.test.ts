import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, Sample } from '@modalkit/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/compose/index.js';
import { late } from '../../src/fusion/index.js';
import { classify, regress } from '../../src/heads/index.js';
import { type OpenRun, openRun } from '../../src/infer/index.js';
import { crossEntropy, squaredError } from '../../src/objectives/index.js';
import { train } from '../../src/train/index.js';
import { series } from '../fixtures/series-plugin.js';
import { memory, project, testModel } from '../fixtures/test-project.js';

/** Numbers about 1 are up and large, about -1 down and small. */
const samples: Sample[] = Array.from({ length: 16 }, (_, index) => {
  const sign = index % 2 === 0 ? 1 : -1;
  const split = index < 12 ? 'train' : 'test';
  return {
    id: `s${index}`,
    split,
    inputs: { a: [sign], b: [sign, sign] },
    targets: { way: sign > 0 ? 0 : 1, size: sign },
  };
});
const config = (): Config => ({
  inputs: { a: series({ layers: 0 }), b: series({ layers: 0 }) },
  fusion: late(),
  heads: { way: classify({ classes: ['up', 'down'] }), size: regress({ from: 'b' }) },
  objectives: {
    way: crossEntropy({ head: 'way' }),
    size: squaredError({ head: 'size' }),
  },
  data: { source: memory(samples), batch: 6, workers: 0, cache: false },
  train: { steps: 30, learningRate: 0.05, warmUp: 0 },
});

let [folder, run, backend] = ['', undefined as unknown as OpenRun, undefined as unknown as Backend];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-run-'));
  ({ backend } = await testModel(project(config())));
  await train({ runtime: project(config()), backend, folder });
  run = await openRun({ runtime: project(config()), backend, folder });
});
afterAll(async () => {
  await run.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('a trained run', () => {
  it('gives classes and numbers by the names of its heads, of those that the sample lets it ask', async () => {
    const { way } = await run.classify({ a: [1], b: [1, 1] });
    expect(way).toMatchObject({ name: 'up', probabilities: { up: way!.score } });
    expect(way!.score).toBeGreaterThan(0.7);
    const [large, small] = [await run.score({ a: [1], b: [1, 1] }), await run.score({ a: [-1], b: [-1, -1] })];
    expect(large.size!.values).toBeGreaterThan(small.size!.values! + 0.5);
    // with mean 0 and deviation 1 both outputs are the same number
    expect(large.size!.values).toBe(large.size!.standard);
    // `size` reads b alone
    expect(await run.score({ a: [1] })).toEqual({});
    expect(await run.score({ b: [1, 1] })).toEqual(large);
  });

  it('leaves no tensor behind, and answers several at a time', async () => {
    const before = backend.tf.memory().numTensors;
    const all = await Promise.all([1, -1, 1].map((sign) => run.classify({ a: [sign] })));
    expect(all.map(({ way }) => way!.name)).toEqual(['up', 'down', 'up']);
    expect(backend.tf.memory().numTensors).toBe(before);
  });

  it('stops at the signal with its reason, before and meanwhile', async () => {
    const reason = new Error('the client has gone');
    const aborted = { signal: AbortSignal.abort(reason) };
    await expect(run.embed('a', [[1]], aborted)).rejects.toBe(reason);
    await expect(run.classify({ a: [1] }, aborted)).rejects.toBe(reason);
    await expect(run.score({ a: [1] }, aborted)).rejects.toBe(reason);
    await expect(run.search({ a: [1] }, 'b', 1, aborted)).rejects.toBe(reason);
    const controller = new AbortController();
    const many = run.embed('a', Array(20_000).fill([1]), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(many).rejects.toBe(reason);
    // the run goes on
    expect((await run.classify({ a: [1] })).way!.name).toBe('up');
  });

  it('refuses by name what it has not', async () => {
    await expect(run.classify({ c: [1] })).rejects.toThrow('There is no input "c"; there are: a, b.');
    await expect(run.score({})).rejects.toThrow(/give one of the inputs a, b/);
    await expect(run.embed('c', [[1]])).rejects.toThrow(/no input "c"/);
    await expect(run.search({ a: [1], b: [1] }, 'a')).rejects.toThrow(/a search is by one input/i);
    await expect(run.classify({ a: 'x' })).rejects.toThrow(/Input "a" \(test-series\)/);
    await expect(run.ask({ a: [1] })).rejects.toThrow(/No head of this run writes answers/);
    expect(() => run.live({ a: { source: {} as never, open: () => ({}) as never } })).toThrow(/takes no live input/);
    expect(() => run.live()).toThrow(/Nothing feeds the run/);
  });

  it('is disposed once, and says so when it is asked again', async () => {
    const other = await openRun({ runtime: project(config()), backend, folder });
    await other.dispose();
    await other[Symbol.asyncDispose]();
    await expect((async () => other.classify({ a: [1] }))()).rejects.toThrow(/was disposed; load it again/);
  });
});
