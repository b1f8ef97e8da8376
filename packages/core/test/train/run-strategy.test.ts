import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import type { Config } from '../../src/compose/config.js';
import { openModel } from '../../src/train/open-model.js';
import { train } from '../../src/train/train.js';
import { scripted } from '../fixtures/scripted-metric.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory, plain, project, sample } from '../fixtures/test-project.js';

const samples = Array.from({ length: 12 }, (_, row) => ({
  ...sample(`s${row}`, { left: [row % 5, 1], right: [1, row % 3] }, row % 4),
  split: row < 8 ? 'train' : 'test',
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-strategy-'));
  await tf.setBackend('cpu');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function runtimeOf(options: Partial<Config['train']>, scores: number[] = []) {
  return project({
    inputs: { left: series({ layers: 0, width: 4 }), right: series({ layers: 0, width: 4 }) },
    objectives: { left: meanSquare({ input: 'left' }), right: meanSquare({ input: 'right' }) },
    metrics: { score: scripted(scores) },
    data: { source: memory(samples), batch: 4, workers: 0, cache: false },
    train: { steps: 8, saveEvery: 100, learningRate: 0.01, ...options },
  });
}

async function run(options: Partial<Config['train']>, scores: number[] = [], name = 'run') {
  const events: RunEvent[] = [];
  const reporters = [{ id: 'test', report: (event: RunEvent) => void events.push(event) }];
  const runtime = runtimeOf(options, scores);
  const result = await train({ runtime, backend: plain, folder: join(folder, name), reporters });
  return { result, events };
}

/** Bytes of a checkpoint's weights whose names begin so. */
async function weightsOf(name: string, kind = 'checkpoints', step?: number) {
  const checkpoints = await openCheckpoints(join(folder, name, kind), { keep: 2 });
  const loaded = step === undefined ? await checkpoints.latest() : await checkpoints.load(step);
  return new Map([...loaded!.tensors.weights!].map(([key, { data }]) => [key, digest(data)]));
}

function digest(values: ArrayLike<number>): string {
  return createHash('sha256').update(Float32Array.from(values)).digest('hex');
}

const begins = (weights: Map<string, string>, prefix: string) =>
  [...weights].filter(([name]) => name.startsWith(prefix)).join('\n');

describe('a schedule of frozen weights', () => {
  it('keeps weights to the byte while they are frozen, and their gradients out of the norm', async () => {
    const first = await run({ steps: 1, freeze: [{ weights: 'right/*', until: 3 }], saveEvery: 1 }, [], 'first');
    await run({ steps: 3, freeze: [{ weights: 'right/*', until: 3 }], saveEvery: 1, keep: 9 }, [], 'frozen');
    const [one, two, three] = [1, 2, 3].map((step) => weightsOf('frozen', 'checkpoints', step));
    expect(begins(await three!, 'right/')).toBe(begins(await one!, 'right/'));
    expect(begins(await three!, 'left/')).not.toBe(begins(await two!, 'left/'));
    await run({ steps: 4, freeze: [{ weights: 'right/*', until: 3 }] }, [], 'frozen');
    expect(begins(await weightsOf('frozen'), 'right/')).not.toBe(begins(await one!, 'right/'));
    const all = await run({ steps: 1 }, [], 'all');
    const alone = await run({ steps: 1, freeze: ['right/*'] }, [], 'alone');
    const norm = ({ events }: typeof first) =>
      events.flatMap((event) => (event.kind === 'step' ? [event.values.gradientNorm!] : []))[0]!;
    expect(norm(first)).toBeCloseTo(norm(alone), 6);
    expect(norm(first)).toBeLessThan(norm(all));
  });

  it('by metric: thaws after the evaluation that came to it, and resumes thawed', async () => {
    const freeze = [{ weights: 'right/*', until: { metric: 'score', above: 0.5 } }];
    const options = { steps: 8, evaluateEvery: 2, schedule: 'constant', saveEvery: 1, keep: 20, freeze } as const;
    await run(options, [0.4, 0.5, 0.1, 0.1], 'whole');
    const at = (step: number) => weightsOf('whole', 'checkpoints', step).then((all) => begins(all, 'right/'));
    expect(await at(4)).toBe(await at(1));
    expect(await at(5)).not.toBe(await at(4));
    // Another run is stopped after step 5 and goes on: it ends in the same bytes.
    await run({ ...options, steps: 5 }, [0.4, 0.5], 'parts');
    await run(options, [0.1, 0.1], 'parts');
    expect(await weightsOf('parts', 'checkpoints', 6)).toEqual(await weightsOf('whole', 'checkpoints', 6));
    expect(
      JSON.parse(await readFile(join(folder, 'whole/checkpoints/step-00000008/state.json'), 'utf8')).reached,
    ).toEqual(['score >= 0.5']);
  });
});

describe('the best evaluation', () => {
  const best = { metric: 'score', patience: 2 } as const;

  it('ends the run when none is better for so long, and is what is evaluated and opened', async () => {
    // Steps 1, 2, 3, 4: the best is that of step 2; then two are no better.
    const { result } = await run({ steps: 8, evaluateEvery: 1, best }, [0.1, 0.7, 0.6, 0.7, 0.9]);
    expect(result.reason).toBe('finished');
    expect(result.step).toBe(4);
    expect(result.evaluation?.step).toBe(2);
    expect(await readdir(join(folder, 'run/best'))).toContain('step-00000002');
    const options = { runtime: runtimeOf({ evaluateEvery: 1, best }), backend: plain, folder: join(folder, 'run') };
    const { model, step } = await openModel(options);
    expect(step).toBe(2);
    const saved = await weightsOf('run', 'best', 2);
    for (const [name, { variable }] of model.weights) expect(digest(variable.dataSync())).toBe(saved.get(name));
    expect(await weightsOf('run')).not.toEqual(saved);
    await rm(join(folder, 'run/best'), { recursive: true });
    const fallen = await openModel(options);
    expect([fallen.step, fallen.skipped.length]).toEqual([4, 1]);
  });

  it('counts the evaluations that it waits for over a resume', async () => {
    const options = { evaluateEvery: 1, saveEvery: 1, best: { ...best, better: 'lower', margin: 0.1 } } as const;
    await run({ ...options, steps: 2 }, [0.5, 0.45]);
    const { result } = await run({ ...options, steps: 8 }, [0.41, 0.1]);
    // 0.45 and 0.41 are no gain of more than 0.1.
    expect(result.step).toBe(3);
    expect(result.evaluation?.step).toBe(1);
  });

  it('of a metric that nothing measures is refused by name; so is waiting without evaluations', async () => {
    const wrong = run({ evaluateEvery: 1, best: { metric: 'scor' } });
    await expect(wrong).rejects.toThrow('config: train.best: no metric measures "scor"; did you mean "score"?');
    expect(() => runtimeOf({ best })).toThrow(/train\.best: it waits for evaluations.*set train\.evaluateEvery/);
  });
});
