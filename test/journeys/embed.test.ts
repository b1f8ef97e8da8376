import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findNative } from '@modalkit/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeHalf } from './tools/bad-files.js';
import { modalkit, start } from './tools/modalkit.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { CAPTION, type ConfigParts, PICTURE, type TinyProject, tinyProject } from './tools/tiny-project.js';

const native = await findNative();

/** A function of a config: the same plugin, with other hooks of its adapter `own`. */
const changed = (name: string, hooks: string) => `
const ${name} = (plugin) => ({
  ...plugin,
  setup: (scope) => plugin.setup(Object.assign(Object.create(scope), {
    provide: (slot, make) => scope.provide(slot, () => {
      const own = make();
      return 'encode' in own ? { ...own, ${hooks} } : own;
    }),
  })),
});`;
const SLOW = changed(
  'slow',
  'prepare: async (...given) => { await new Promise((go) => setTimeout(go, 50)); return own.prepare(...given); }',
);
/** It reads a tensor on the host, so that no graph can be recorded. */
const READING = changed(
  'reading',
  'encode: (...given) => { const tokens = own.encode(...given); tokens.values.dataSync(); return tokens; }',
);

async function trained(parts: ConfigParts, backend = 'js'): Promise<TinyProject> {
  const project = await tinyProject(parts);
  const train = ['train', '--run', 'run', '--no-report'];
  const { code, stderr } = await modalkit(train, { cwd: project.folder, env: { MODALKIT_BACKEND: backend } });
  expect(code, stderr).toBe(0);
  return project;
}

describe('a folder of pictures', () => {
  let project: TinyProject;
  let album: string;
  beforeAll(async () => {
    project = await trained({ train: 'steps: 4' });
    album = project.path('相册');
    await mkdir(join(album, '数字'), { recursive: true });
    for (const [index, row] of project.rows.entries())
      await copyFile(
        project.path('data', row.picture as string),
        join(album, index % 2 ? '数字' : '.', `${index}.png`),
      );
    await writeHalf(join(album, '0.png'), join(album, 'half.png'));
    await writeFile(join(album, 'notes.txt'), 'no picture');
  }, 120_000);
  afterAll(() => project.remove());

  it('is embedded, a line for its bad file, and found by words and by a picture', async () => {
    const words = await modalkit(['embed', album, '--run', 'run'], { cwd: project.folder });
    expect(words.code, words.stderr).toBe(0);
    expect(words.stdout).toMatch(/^embedding picture, files: 25 of 25 {2}[\d.]+\/s {2}ETA 0:00$/m);
    expect(words.stdout.match(/^Quarantined .*$/gm)).toEqual([
      expect.stringMatching(/^Quarantined half\.png \(prepare\): .*truncated or damaged/),
    ]);
    expect(words.stdout).toContain("24 of picture; passed over 1 that no input takes, 1 that can't be read.");

    const index = project.path('run', 'embedded');
    const query = (asked: string, ...more: string[]) =>
      modalkit(['query', asked, '--run', 'run', '--index', index, ...more], { cwd: project.folder });
    const asked = await query('数字一', '--top', '30', '--json');
    const found = asked.json().results as { picture: { id: string; value: string }[] };
    expect(Object.keys(found)).toEqual(['picture']);
    expect(found.picture).toHaveLength(24);
    const alike = await query(join(album, '数字', '7.png'), '--top', '1');
    expect(alike.stdout).toMatch(/-> picture:\n {2}1\.0000 {2}数字\/7\.png\n$/);
    expectOneSentence(await query('one', '--to', 'caption'), 2, /no embeddings of "caption" here/, /modalkit embed/);
  });

  it('tells programs on the last line, into the folder that is named', async () => {
    const out = project.path('index');
    const args = ['embed', album, '--run', 'run', '--input', 'picture', '--out', out, '--json'];
    const ended = await modalkit(args, { cwd: project.folder });
    expect(ended.json()).toEqual({
      folder: album,
      embedded: { picture: 24 },
      passedOver: ['notes.txt'],
      quarantined: [expect.objectContaining({ id: 'half.png', file: 'half.png', stage: 'prepare' })],
      step: 4,
      out,
      run: project.path('run'),
    });
    expect(ended.stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('that nothing takes, or is not there, is one sentence', async () => {
    const embed = (...args: string[]) => modalkit(['embed', ...args, '--run', 'run'], { cwd: project.folder });
    const [none, empty, unknown] = [
      await embed(project.path('none')),
      await embed(project.path('run', 'checkpoints')),
      await embed(album, '--input', 'caption'),
    ];
    expectOneSentence(none, 2, /none: this folder cannot be read \(ENOENT\)/);
    expectOneSentence(empty, 4, /none of its \d+ files is one that picture takes/);
    expectOneSentence(unknown, 2, /Input "caption" \(@modalkit\/text\) takes no files; name one of picture/);
  });

  it('SIGINT: exits 130 with one sentence, and writes nothing', async () => {
    await project.writeConfig({ top: SLOW, inputs: `picture: slow(${PICTURE}), caption: ${CAPTION}` });
    const out = project.path('stopped');
    const started = start(['embed', album, '--run', 'run', '--out', out], { cwd: project.folder });
    await started.printed(/embedding picture, files: 0 of 25/);
    started.process.kill('SIGINT');
    const ended = await started.ended;
    expectOneSentence(ended, 130, /Stopped after \d+ of 25 files; no index was written\./);
    const asked = await modalkit(['query', 'one', '--run', 'run', '--index', out], { cwd: project.folder });
    expectOneSentence(asked, 2, /no embeddings of "picture" here/);
  });
});

describe.skipIf(!native)('an evaluation that no graph can be recorded of', () => {
  it('says so once', { timeout: 180_000 }, async () => {
    const project = await trained(
      {
        top: READING,
        inputs: `picture: ${PICTURE}, caption: reading(${CAPTION})`,
        data: 'batch: 2',
        train: 'steps: 1',
      },
      'native',
    );
    try {
      const evaluate = ['eval', '.', '--run', 'run', '--split', 'train'];
      const ended = await modalkit(evaluate, { cwd: project.folder, env: { MODALKIT_BACKEND: 'native' } });
      expect(ended.code, ended.stderr).toBe(0);
      expect(ended.stdout.match(/^.*operation by operation.*$/gm)).toEqual([
        expect.stringMatching(/^The evaluation runs operation by operation, which is slower: /),
      ]);
    } finally {
      await project.remove();
    }
  });
});
