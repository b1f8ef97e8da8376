import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FanProject, fanProject } from './tools/fan-project.js';
import { modalkit } from './tools/modalkit.js';

const full = process.env.MODALKIT_FULL === '1';
let project: FanProject;
beforeAll(async () => {
  project = await fanProject();
  await project.writeConfig(CONFIG);
});
afterAll(() => project.remove());

const CONFIG = `import { anomaly, defineConfig, detection, jsonl, maskedModelling, oneClass, reconstruction, svdd } from '@modalkit/core';
import { sensor } from '@modalkit/sensor';

const channels = { x: { rate: 100 }, y: { rate: 100 } };
const calibrate = { split: 'held', falseAlarms: 0.05 };

export default defineConfig({
  inputs: { vibration: sensor({ channels, window: 0.25, encoder: 'spectrum', width: 32, layers: 1, heads: 2 }) },
  space: { width: 32 },
  masking: { vibration: { kind: 'random', ratio: 0.5 } },
  heads: {
    health: anomaly({ from: 'vibration', calibrate }),
    misfit: reconstruction({ input: 'vibration', normalise: false, target: 'health', calibrate }),
    sphere: oneClass({ from: 'vibration', target: 'health', calibrate }),
  },
  objectives: {
    masked: maskedModelling({ input: 'vibration', normalise: false }),
    sphere: svdd({ head: 'sphere', target: 'health' }),
  },
  metrics: {
    health: detection({ head: 'health', every: 0.5 }),
    misfit: detection({ head: 'misfit', target: 'health' }),
    sphere: detection({ head: 'sphere', target: 'health' }),
  },
  data: { source: jsonl({ path: 'recordings/windows.jsonl' }), batch: 16, workers: 0 },
  train: { steps: 20, learningRate: 0.01, only: { health: ['normal', null] } },
});
`;

/** Of each head: AUROC, and the share of the fault's windows that are found. The distance within a sphere is the coarsest here. */
const LEAST = [
  ['health', 0.95, 0.8],
  ['misfit', 0.95, 0.8],
  ['sphere', 0.8, 0.3],
] as const;

describe.runIf(full)('an alarm from recordings without faults', () => {
  it('is sliced, trained on normal windows alone, and told from a fault that nobody showed it', {
    timeout: 120_000,
  }, async () => {
    const split = ['--group', 'machine', '--hold', 'held=fan-2', '--hold', 'test=fan-3'];
    const cut = ['--length', '1', '--stride', '0.5', '--label-rule', 'majority', '--target', 'health'];
    const life = ['--remaining', 'bearing', '--remaining-limit', '20'];
    const out = ['--out', project.path('recordings', 'windows.jsonl')];
    const sliced = await modalkit(['slice', ...project.recordings, ...cut, ...life, ...split, ...out]);
    expect(sliced.code, sliced.stderr).toBe(0);
    const [first] = (await readFile(project.path('recordings', 'windows.jsonl'), 'utf8')).split('\n');
    // the bearing of fan-1 begins to hum 39 s after its first window
    expect(JSON.parse(first!)).toMatchObject({ id: 'fan-1@0', health: 'normal', remaining: 20 });
    const run = project.path('run');
    const trained = await modalkit(['train', project.folder, '--run', run, '--no-report']);
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout).toMatch(/80 samples of split "train" are kept, 19 are left out/);
    const { values } = JSON.parse(await readFile(`${run}/evaluation.json`, 'utf8')) as {
      values: Record<string, { value: number }>;
    };
    const told = Object.entries(values).map(([name, { value }]) => `${name} ${value.toFixed(3)}`);
    console.log(`Fans without faults: ${told.join(', ')}`);
    for (const [head, auroc, detected] of LEAST) {
      expect(values[`auroc/${head}`]!.value, head).toBeGreaterThan(auroc);
      expect(values[`detected/${head}/bearing`]!.value, head).toBeGreaterThan(detected);
      expect(values[`falseAlarmRate/${head}`]!.value, head).toBeLessThan(0.2);
    }
  });

  it('is refused where the calibration split has too few normal windows, or none', { timeout: 120_000 }, async () => {
    const train = async () => {
      const { code, stderr } = await modalkit(['train', project.folder, '--run', project.path('refused')]);
      expect(code, stderr).toBe(4);
      return stderr;
    };
    await project.writeConfig(CONFIG.replace('falseAlarms: 0.05', 'falseAlarms: { perHour: 1, every: 0.5 }'));
    expect(await train()).toMatch(/heads\/health: split "held" has 119 normal samples, .* needs at least 7199/);
    const lines = (await readFile(project.path('recordings', 'windows.jsonl'), 'utf8')).trim().split('\n');
    const faulty = lines
      .map((line) => JSON.parse(line))
      .map((row) => ({ ...row, health: row.split === 'held' ? 'bearing' : row.health }));
    await writeFile(project.path('recordings', 'faulty.jsonl'), faulty.map((row) => JSON.stringify(row)).join('\n'));
    await project.writeConfig(CONFIG.replace('windows.jsonl', 'faulty.jsonl'));
    expect(await train()).toMatch(/heads\/health: split "held" has no normal sample to calibrate on/);
  });
});
