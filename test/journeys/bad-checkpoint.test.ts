import { cp, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit } from './tools/modalkit.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { checkpointsOf, hashesOf } from './tools/run-weights.js';
import { CAPTION, PICTURE, type TinyProject, tinyProject } from './tools/tiny-project.js';

const full = Boolean(process.env.MODALKIT_FULL);

describe('a checkpoint', () => {
  let project: TinyProject;
  let run: string;
  beforeAll(async () => {
    project = await tinyProject();
    run = project.path('run');
    const { code, stderr } = await modalkit(['train', project.folder, '--run', run, '--no-report']);
    expect(code, stderr).toBe(0);
    expect(await checkpointsOf(run)).toEqual(['step-00000002', 'step-00000004', 'step-00000006']);
  });
  afterAll(() => project.remove());

  async function copyOfRun(name: string): Promise<string> {
    await cp(run, project.path(name), { recursive: true });
    return project.path(name);
  }

  /** Cuts a file of a run's checkpoint to a share of its length, at least one byte less. */
  async function cut(folder: string, step: string, file: string, share: number): Promise<void> {
    const path = join(folder, 'checkpoints', step, file);
    await truncate(path, Math.min(Math.floor((await stat(path)).size * share), (await stat(path)).size - 1));
  }

  const damage = full
    ? ['weights.safetensors', 'optimiser.safetensors', 'states.safetensors', 'state.json', 'manifest.json'].flatMap(
        (file) => [0, 0.01, 0.5, 1].map((share) => [file, share] as const),
      )
    : ([
        ['weights.safetensors', 1],
        ['manifest.json', 0],
      ] as const);
  it.each(damage)(
    'whose %s is cut to %d of its length: the one before it is used, and said so',
    async (file, share) => {
      const copy = await copyOfRun(`cut-${file}-${share}`);
      await cut(copy, 'step-00000006', file, share);
      const asked = await modalkit(['query', '数字一', '--run', copy, '--project', project.folder, '--json']);
      expect(asked.code, asked.stderr).toBe(0);
      expect(asked.json()).toMatchObject({ step: 4 });
      expect(asked.stderr).toMatch(/^Passed over the damaged checkpoint .*step-00000006: \S.*$/m);

      const again = await modalkit(['train', project.folder, '--run', copy, '--no-report']);
      expect(again.code, again.stderr).toBe(0);
      expect(again.stdout).toMatch(/Going on from step 4 of 6/);
      expect(again.stdout).toMatch(/^Passed over the damaged checkpoint .*step-00000006: \S.*$/m);
      expect(await hashesOf(copy)).toEqual(await hashesOf(run));
    },
  );

  it('that is damaged like all the others is refused in one sentence', async () => {
    const copy = await copyOfRun('all-cut');
    for (const step of await checkpointsOf(copy)) await cut(copy, step, 'weights.safetensors', 0.5);
    const before = await readdir(join(copy, 'checkpoints'));
    for (const command of [
      ['train', project.folder],
      ['eval', project.folder],
      ['query', 'one'],
    ])
      expectOneSentence(
        await modalkit([...command, '--run', copy]),
        5,
        /None of the 3 checkpoints .* is sound/,
        /another copy/,
      );
    expect(await readdir(join(copy, 'checkpoints'))).toEqual(before);
  });

  const others = {
    'of other plugins': {
      parts: { fusion: 'early()' },
      patterns: [/other plugins/, /fusion was @modalkit\/core\/late and is @modalkit\/core\/early/, /another folder/],
    },
    'of other inputs': {
      parts: { inputs: `picture: ${PICTURE}, caption: ${CAPTION}, other: ${CAPTION}` },
      patterns: [/other plugins/, /inputs\/other was not composed/, /another folder/],
    },
    'of other widths': {
      parts: { inputs: `picture: ${PICTURE}, caption: ${CAPTION.replace('width: 8', 'width: 16')}` },
      patterns: [/another model/, /caption\/.* is \[.*\] there and \[.*\] here/, /another folder/],
    },
    'of another seed': { parts: { more: 'seed: 3' }, patterns: [/seed 0/, /3/, /another folder/] },
  };
  it.each(Object.entries(others))(
    '%s is refused in one sentence, and is left alone',
    async (_, { parts, patterns }) => {
      await project.writeConfig(parts);
      const ended = await modalkit(['train', project.folder, '--run', run]);
      await project.writeConfig();
      expectOneSentence(ended, 5, ...patterns);
      expect(await checkpointsOf(run)).toEqual(['step-00000002', 'step-00000004', 'step-00000006']);
      const asked = await modalkit(['query', 'one', '--run', run, '--json']);
      expect(asked.json()).toMatchObject({ step: 6 });
    },
  );
});
