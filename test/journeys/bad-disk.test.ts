import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, start } from './tools/modalkit.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { checkpointsOf } from './tools/run-weights.js';
import { type TinyProject, tinyProject } from './tools/tiny-project.js';

const isRoot = process.getuid?.() === 0;

/** Mounts a small disk in memory; false where that is not permitted. */
function mount(folder: string, options: string): boolean {
  return isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}

describe('a run folder', () => {
  let project: TinyProject;
  const mounted: string[] = [];
  beforeAll(async () => {
    project = await tinyProject();
  });
  afterAll(async () => {
    for (const folder of mounted) spawnSync('umount', [folder]);
    await project.remove();
  });

  async function disk(name: string, options: string): Promise<string | undefined> {
    const folder = project.path(name);
    await mkdir(folder);
    if (!mount(folder, options)) return undefined;
    mounted.push(folder);
    return folder;
  }

  it('below a file is refused in one sentence', async () => {
    await writeFile(project.path('taken'), 'a file');
    const ended = await modalkit(['train', project.folder, '--run', project.path('taken', 'run')]);
    expectOneSentence(ended, 7, /taken\/run/, /ENOTDIR/, /choose another folder/);
  });

  it('that may not be written is refused in one sentence', async (context) => {
    let folder = project.path('locked');
    if (isRoot) folder = (await disk('read-only', 'ro,size=64k')) ?? context.skip('no mount is permitted here');
    else {
      await mkdir(folder);
      await chmod(folder, 0o555);
    }
    const ended = await modalkit(['train', project.folder, '--run', join(folder, 'run')]);
    expectOneSentence(ended, 7, /run/, /EROFS|EACCES/, /choose another folder/);
  });

  it('that another run owns is refused in one sentence, and that run goes on', async () => {
    const run = project.path('shared');
    const first = start(['train', project.folder, '--run', run, '--no-report', '--steps', '400']);
    await first.printed(/Saved step 2\n/);
    const second = await modalkit(['train', project.folder, '--run', run]);
    expectOneSentence(second, 6, /shared/, new RegExp(`process ${first.process.pid} `), /choose another folder/);
    first.process.kill('SIGINT');
    const ended = await first.ended;
    expect(ended.code, ended.stderr).toBe(130);
    const third = await modalkit(['train', project.folder, '--run', run, '--no-report', '--steps', '1']);
    expect(third.code, third.stderr).toBe(0);
  });

  it('on a disk that fills up ends in one sentence; what was saved loads', async (context) => {
    // room for about two checkpoints of the run, each some 100 KB, and what it writes besides
    const folder = (await disk('small', 'size=640k')) ?? context.skip('no mount is permitted here');
    const run = join(folder, 'run');
    const first = await modalkit(['train', project.folder, '--run', run, '--no-report', '--steps', '2']);
    expect(first.code, first.stderr).toBe(0);
    expect(await checkpointsOf(run)).toEqual(['step-00000002']);
    const { status } = spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'fill')}`, 'bs=1k', 'count=10000']);
    expect(status).not.toBe(0);

    const full = await modalkit(['train', project.folder, '--run', run, '--no-report']);
    expectOneSentence(full, 7, /small/, /ENOSPC/, /full/, /free/);
    expect(await checkpointsOf(run)).toEqual(['step-00000002']);
    const asked = await modalkit(['query', 'one', '--run', run, '--json']);
    expect(asked.json()).toMatchObject({ step: 2 });

    spawnSync('rm', [join(folder, 'fill')]);
    spawnSync('mount', ['-o', 'remount,size=8m', folder]);
    const again = await modalkit(['train', project.folder, '--run', run, '--no-report']);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/Going on from step 2 of 6/);
  });

  it('that is copied elsewhere goes on there', async () => {
    const [run, moved] = [project.path('here'), project.path('又一处')];
    expect((await modalkit(['train', project.folder, '--run', run, '--no-report', '--steps', '2'])).code).toBe(0);
    await cp(run, moved, { recursive: true });
    const again = await modalkit(['train', project.folder, '--run', moved, '--no-report']);
    expect(again.stdout).toMatch(/Going on from step 2 of 6/);
    expect(again.code, again.stderr).toBe(0);
  });
});
