import { readFile } from 'node:fs/promises';
import { findNative } from '@modalkit/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, start } from './tools/modalkit.js';
import { hashesOf } from './tools/run-weights.js';
import { type TinyProject, tinyProject } from './tools/tiny-project.js';

const native = await findNative();

/** A reporter that holds a run at its third step when it is asked to, so that a signal finds it there. */
const PAUSE = `import { CONTRACT, definePlugin, REPORTER } from '@modalkit/core';
const hold = ({ kind, step }) => {
  if (process.env.JOURNEY_PAUSE && kind === 'step' && step === 3)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
};
const setup = (scope) => scope.provide(REPORTER, () => ({ id: 'pause', report: hold }));
const pause = definePlugin(() => ({ id: 'pause', contract: CONTRACT, setup }));`;

/** Steps of every line of a run's metrics. */
async function stepsOf(run: string): Promise<unknown[]> {
  const lines = (await readFile(`${run}/metrics.jsonl`, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line)).flatMap(({ kind, step }) => (kind === 'step' ? [step] : []));
}

describe('a run that a signal stops', () => {
  let project: TinyProject;
  beforeAll(async () => {
    project = await tinyProject({
      train: `steps: 8, average: 0.9, optimiser: { kind: 'adamw' }`,
      data: 'workers: 1, batch: 4',
      top: PAUSE,
      more: 'plugins: [pause()]',
    });
  });
  afterAll(() => project.remove());

  async function stopAndGoOn(name: NodeJS.Signals, code: number, env: NodeJS.ProcessEnv = {}): Promise<void> {
    const [whole, stopped] = ['whole', 'stopped'].map((kind) => project.path(`${kind}-${name}`));
    const train = (run: string) => ['train', project.folder, '--no-report', '--json', '--run', run];
    const first = start(train(stopped!), { env: { ...env, JOURNEY_PAUSE: '1' } });
    await first.printed(/Saved step 2\n/);
    first.process.kill(name);
    const ended = await first.ended;
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stderr).toMatch(/Stopped after step (\d+); the same command goes on from there\./);
    expect(ended.json()).toMatchObject({ reason: 'stopped' });
    const at = ended.json().step as number;
    expect(at).toBeGreaterThanOrEqual(3);
    expect(at).toBeLessThan(8);

    const again = await modalkit(train(stopped!), { env });
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain(`Going on from step ${at} of 8`);
    expect(again.json()).toMatchObject({ reason: 'finished', step: 8 });
    expect((await modalkit(train(whole!), { env })).code).toBe(0);
    expect(Object.keys(await hashesOf(whole!))).toEqual([
      'optimiser.safetensors',
      'states.safetensors',
      'weights.safetensors',
    ]);
    expect(await hashesOf(stopped!)).toEqual(await hashesOf(whole!));
    expect(await stepsOf(stopped!)).toEqual(await stepsOf(whole!));
  }

  it('SIGINT: exits 130, and the same command comes to the same bytes', () => stopAndGoOn('SIGINT', 130));

  it.skipIf(!native)('SIGTERM on the native backend: exits 143, and the same command comes to the same bytes', () =>
    stopAndGoOn('SIGTERM', 143, { MODALKIT_BACKEND: 'native' }),
  );

  it('another seed comes to other bytes', async () => {
    const run = project.path('seed');
    const { code } = await modalkit(['train', project.folder, '--no-report', '--seed', '1', '--run', run]);
    expect(code).toBe(0);
    expect(await hashesOf(run)).not.toEqual(await hashesOf(project.path('whole-SIGINT')));
  });

  it('before the first step: exits 130 without a stack, and the same command then runs', async () => {
    const train = ['train', project.folder, '--no-report', '--steps', '1', '--run', project.path('early')];
    const first = start(train);
    await first.printed(/^Backend: /m);
    first.process.kill('SIGINT');
    const { code, stdout, stderr } = await first.ended;
    expect(code, stderr).toBe(130);
    expect(stdout + stderr).not.toMatch(/^ {4}at |should not have happened/m);
    const again = await modalkit(train);
    expect(again.code, again.stderr).toBe(0);
  });
});
