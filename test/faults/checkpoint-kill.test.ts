import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../packages/core/src/checkpoint/index.js';
import { buildChild } from './build-child.js';
import { nextStart, scenarios, stageOf } from './checkpoint/scenario.js';
import { pointsOf, sampled, straceMissing, traced } from './checkpoint/trace.js';

const missing = straceMissing();
if (missing) console.log(`Skipped: saves killed at every system call: ${missing}.`);

describe.skipIf(missing)('a save killed at every system call', { timeout: 1_200_000 }, () => {
  let child: string;
  beforeAll(async () => {
    child = await buildChild(join(import.meta.dirname, 'checkpoint', 'child.ts'));
  });
  afterAll(() => rmSync(dirname(child), { recursive: true }));

  it.each(scenarios)('tears and loses nothing: $name', async (scenario) => {
    const stage = await stageOf(scenario);
    const args = ['save', stage.folder, String(scenario.step)];
    stage.reset();
    const points = pointsOf(traced(child, args, stage.paths));
    const chosen = sampled(points, 6);
    const found = new Set<number | undefined>();
    for (const { call, nth } of chosen) {
      stage.reset();
      const { signal } = traced(child, args, stage.paths, `${call}:signal=SIGKILL:when=${nth}`);
      expect(signal, `${call} ${nth} was reached`).toBe('SIGKILL');
      found.add(await nextStart(stage, scenario));
    }
    stage.remove();
    console.log(`${scenario.name}: ${chosen.length} of ${points.length} points killed, 0 torn, 0 lost`);
    expect(points.length).toBeGreaterThan(30);
    expect(found).toContain(scenario.step);
  });

  it('syncs files and folder before the rename, the parent after it, and both before an old one goes', async () => {
    const scenario = scenarios[1]!;
    const stage = await stageOf(scenario);
    stage.reset();
    const { lines } = traced(child, ['save', stage.folder, '3'], stage.paths);
    stage.remove();
    const at = (pattern: string) => lines.findIndex((line) => new RegExp(pattern).test(line));
    const commit = at(`rename\\(.*step-00000003"`);
    for (const file of ['weights.safetensors', 'optimiser.safetensors', 'state.json', 'manifest.json', '']) {
      const sync = at(`fsync\\(\\d+<.*\\.tmp-step-00000003-1/?${file}>`);
      expect(sync, file).toBeGreaterThan(-1);
      expect(sync, file).toBeLessThan(commit);
    }
    const parent = lines.findIndex(
      (line, index) => index > commit && line.includes('fsync(') && line.includes(`<${stage.folder}>`),
    );
    expect(parent).toBeGreaterThan(commit);
    expect(at(`rename\\(.*step-00000001"`)).toBeGreaterThan(parent);
  });

  // The control: a writer that keeps no protocol must be torn, or the injection proves nothing.
  it('tears a writer that writes over the old files', async () => {
    const stage = await stageOf({ name: 'control', before: [], step: 1 });
    stage.reset();
    const files = ['state.json', 'weights.safetensors'].map((name) => join(stage.folder, name));
    const run = (value: number, inject?: string) =>
      traced(child, ['inPlace', stage.folder, String(value)], files, inject);
    const points = pointsOf(run(1));
    const old = files.map((file) => readFileSync(file));
    const chosen = sampled(points, 5);
    let torn = 0;
    for (const { call, nth } of chosen) {
      for (const [index, file] of files.entries()) writeFileSync(file, old[index]!);
      expect(run(2, `${call}:signal=SIGKILL:when=${nth}`).signal).toBe('SIGKILL');
      if (isTorn(files[0]!, files[1]!)) torn++;
    }
    stage.remove();
    console.log(`control: torn at ${torn} of ${chosen.length} points`);
    expect(torn).toBeGreaterThan(chosen.length / 2);
  });
});

function isTorn(state: string, weights: string): boolean {
  try {
    const { value } = JSON.parse(readFileSync(state, 'utf8'));
    return readSafetensors(readFileSync(weights), weights).tensors.get('fusion/query')?.data[0] !== value;
  } catch {
    return true;
  }
}
