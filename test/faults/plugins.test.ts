import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsBackend } from '@modalkit/backend/js';
import { createRuntime, train } from '@modalkit/core';
import { afterAll, describe, expect, it } from 'vitest';
import { modalkit } from '../journeys/tools/modalkit.js';
import { checkpointsOf, hashesOf } from '../journeys/tools/run-weights.js';
import { type FaultyProject, faultyProject } from './plugins/faulty-project.js';

const full = Boolean(process.env.MODALKIT_FULL);
const some = <T>(all: readonly T[], few: readonly T[]): readonly T[] => (full ? all : few);
/** Seconds that a hook may take here. */
const LIMIT = 1;

type Case = readonly [fault: string, hook: string];
const each = (faults: readonly string[], hooks: readonly string[]): Case[] =>
  faults.flatMap((fault) => hooks.map((hook) => [fault, hook] as const));

const projects: FaultyProject[] = [];
const open = (data?: string): FaultyProject => {
  projects.push(faultyProject(data));
  return projects.at(-1)!;
};
afterAll(() => {
  for (const project of projects) project.remove();
});

function start({ folder }: FaultyProject, run: string, fault?: object, limit = LIMIT) {
  const env = {
    MODALKIT_TEST_FAULT: JSON.stringify(fault ?? {}),
    MODALKIT_HOOK_SECONDS: String(limit),
  };
  return modalkit(['train', folder, '--run', run, '--no-report', '--json'], { env });
}

describe('F17: a hook that runs in workers', { timeout: 120_000 }, () => {
  const project = open(`workers: 1, timeLimit: ${LIMIT}, memoryLimit: 128`);
  const faults = ['throw', 'reject', 'never', 'loop', 'exit', 'memory', 'buffer', 'nothing', 'nan', 'late'];
  const few: Case[] = [
    ['memory', 'prepare'],
    ['buffer', 'prepare'],
    ['late', 'prepare'],
  ];
  const all = [...each(faults, ['prepare', 'augment', 'collate']), ...each(['shape', 'dtype'], ['collate'])];
  it.each(some(all, few))('%s in %s: named, its sample out, the run goes on', async (fault, hook) => {
    const run = project.run(`worker-${fault}-${hook}`);
    const { code, stderr } = await start(project, run, { fault, hook });
    expect(code, stderr).toBe(0);
    const quarantined = readFileSync(join(run, 'quarantine.jsonl'), 'utf8').trim();
    if (fault === 'late')
      expect(stderr).toContain(`${hook} of @you/faulty (inputs/x) left a rejection unhandled: too late`);
    else
      expect(JSON.parse(quarantined)).toMatchObject({
        id: 's1',
        input: 'x',
        reason: expect.stringContaining('@you/faulty'),
      });
    expect(await checkpointsOf(run)).toHaveLength(3);
  });
});

describe('F17: a hook of the main thread that never returns, or ends the process', { timeout: 120_000 }, () => {
  const project = open();
  const faults = ['loop', 'never', 'exit', 'memory'];
  const few: Case[] = [
    ['loop', 'encode'],
    ['exit', 'align'],
    ['memory', 'mask'],
  ];
  it('runs undisturbed without a fault', async () => {
    expect((await start(project, project.run('whole'))).code).toBe(0);
  });

  const all = each(faults, ['mask', 'encode', 'align']).filter(([fault]) => fault !== 'never');
  it.each(some(all, few))(
    '%s in %s: named, the run is ended, the last commit goes on to the same bytes',
    async (fault, hook) => {
      const run = project.run(`main-${fault}-${hook}`);
      const began = performance.now();
      const broken = await start(project, run, { fault, hook, run });
      expect(broken.code, broken.stderr).not.toBe(0);
      const named = `${hook} of @you/faulty (inputs/x)`;
      expect(broken.stderr).toContain(named);
      if (fault === 'loop') expect(performance.now() - began).toBeLessThan(30_000);
      expect(await checkpointsOf(run)).toHaveLength(1);
      const again = await start(project, run);
      expect(again.code, again.stderr).toBe(0);
      expect(again.stderr).toMatch(new RegExp(`The last start of this run: .*${named.replace(/[()]/g, '\\$&')}`));
      expect(again.stderr).toContain('Going on from step 2 of 6');
      expect(await hashesOf(run)).toEqual(await hashesOf(project.run('whole')));
    },
  );

  it.each(
    some(
      each(['loop', 'never', 'exit'], ['setup', 'init', 'fit', 'dispose']).filter(
        ([fault, hook]) => fault !== 'never' || hook === 'fit',
      ),
      [['never', 'fit'] as Case],
    ),
  )('%s in %s: named', async (fault, hook) => {
    const { code, stderr } = await start(project, project.run(`early-${fault}-${hook}`), { fault, hook });
    expect(code, stderr).not.toBe(0);
    expect(stderr).toContain(`${hook} of @you/faulty (inputs/x)`);
  });
});

describe('F17: a hook of the main thread that breaks its promise', { timeout: 120_000 }, () => {
  const project = open();
  const step = ['mask', 'encode', 'align'];
  const cases: Case[] = [
    ...each(['throw', 'word'], ['setup', 'init', 'fit', ...step]),
    ...each(['never', 'nothing', 'shape', 'dtype', 'nan'], step),
  ];
  it.each(cases)(
    '%s in %s: one typed sentence that names plugin and hook; what was saved goes on',
    async (fault, hook) => {
      const run = project.run(`broken-${fault}-${hook}`);
      const error = await trainHere(project, run, { fault, hook, ...(step.includes(hook) ? { run } : {}) }).catch(
        (thrown) => thrown,
      );
      expect(error).toMatchObject({
        name: 'ModalkitError',
        code: fault === 'nan' && hook !== 'mask' ? 'LOSS' : 'PLUGIN',
      });
      expect(error.message).toContain('@you/faulty');
      expect(error.message).toMatch(new RegExp(`\\b${hook}\\b`));
      if (step.includes(hook)) expect(await checkpointsOf(run)).toHaveLength(1);
      expect(await trainHere(project, run)).toMatchObject({ reason: 'finished', step: 6 });
    },
  );

  it.each(some(each(['late', 'reject'], step), [['late', 'encode']]))(
    '%s in %s: the rejection is told with plugin and hook; a promise in place of a tensor ends the run',
    async (fault, hook) => {
      const run = project.run(`rejected-${fault}-${hook}`);
      const { code, stderr } = await start(project, run, { fault, hook, run });
      if (fault === 'late') {
        expect(code, stderr).toBe(0);
        expect(stderr).toContain(`${hook} of @you/faulty (inputs/x) left a rejection unhandled: too late`);
      } else {
        expect(stderr).toMatch(/left a rejection unhandled: .*a word/);
        expect(stderr).toMatch(new RegExp(`@you/faulty \\(inputs/x\\): ${hook} gave .* as no tensor`));
      }
      expect(await checkpointsOf(run)).toHaveLength(fault === 'late' ? 3 : 1);
    },
  );

  const releases = [
    ['throw', 'on purpose'],
    ['reject', 'rejected with "a word", which is no Error'],
    ['never', 'did not finish in 5000 ms'],
  ] as const;
  it.each(some(releases, releases.slice(0, 1)))(
    '%s when it is released: the run is whole, and that is told',
    async (fault, problem) => {
      const run = project.run(`dispose-${fault}`);
      const { code, stderr, json } = await start(project, run, { fault, hook: 'dispose' }, 30);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`Disposing failed in @you/faulty (inputs/x): ${problem}`);
      expect(json()).toMatchObject({ reason: 'finished', step: 6 });
    },
  );
});

async function trainHere({ folder }: FaultyProject, run: string, fault: object = {}) {
  process.env.MODALKIT_TEST_FAULT = JSON.stringify(fault);
  const config = await import(join(folder, 'modalkit.config.mjs'));
  const runtime = createRuntime(config.default, { folder });
  return train({ runtime, backend: await jsBackend(), folder: run });
}
