import { readFile } from 'node:fs/promises';
import { findNative } from '@modalkit/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FanProject, fanProject } from './tools/fan-project.js';
import { modalkit } from './tools/modalkit.js';

const NATIVE = { env: { MODALKIT_BACKEND: 'native' } };

/** Three fans whose bearings wear for half a minute before they hum in full. */
const WORN = {
  'fan-1': { hertz: 11.9, normal: 60, bearing: 5, wear: 30 },
  'fan-2': { hertz: 12.1, normal: 70, bearing: 5, wear: 30 },
  'fan-3': { hertz: 12, normal: 60, bearing: 5, wear: 30 },
};
const CONFIG = `import { defineConfig, huber, jsonl, meanAbsoluteError, regress } from '@modalkit/core';
import { sensor } from '@modalkit/sensor';

const channels = { x: { rate: 100 }, y: { rate: 100 } };

export default defineConfig({
  inputs: { vibration: sensor({ channels, window: 0.5, encoder: 'spectrum', width: 16, layers: 0 }) },
  space: { width: 16 },
  heads: { remaining: regress({ from: 'vibration', mean: 20, deviation: 10 }) },
  objectives: { remaining: huber({ head: 'remaining' }) },
  metrics: { remaining: meanAbsoluteError({ head: 'remaining' }) },
  data: { source: jsonl({ path: 'recordings/life.jsonl' }), batch: 32, workers: 0 },
  train: { steps: 60, learningRate: 0.02, evaluateEvery: false },
});
`;

const native = process.env.MODALKIT_FULL === '1' && (await findNative()) !== undefined;

describe.runIf(native)('what remains of a machine that wears out', () => {
  let project: FanProject;
  beforeAll(async () => {
    project = await fanProject(WORN);
    await project.writeConfig(CONFIG);
  });
  afterAll(() => project.remove());

  it('is sliced from recordings up to the fault, and told of a machine that was not trained on', {
    timeout: 120_000,
  }, async () => {
    const life = ['--remaining', 'bearing', '--remaining-limit', '30'];
    const cut = ['--length', '1', '--group', 'machine', '--hold', 'test=fan-3'];
    const out = ['--out', project.path('recordings', 'life.jsonl')];
    const sliced = await modalkit(['slice', ...project.recordings, ...cut, ...life, ...out]);
    expect(sliced.stdout, sliced.stderr).toMatch(/remaining life of 190/);
    const trained = await modalkit(['train', project.folder, '--run', project.path('run'), '--no-report'], NATIVE);
    expect(trained.code, trained.stderr).toBe(0);
    const { values } = JSON.parse(await readFile(project.path('run', 'evaluation.json'), 'utf8'));
    const error: number = values['meanAbsoluteError/remaining'].value;
    console.log(`Remaining life: ${error.toFixed(2)} s off in the mean`);
    // 29 … 0 s are left of the last 30 windows and 30 s of the others: who always says 30 is 7.75 s off.
    expect(error).toBeLessThan(5);
  });
});
