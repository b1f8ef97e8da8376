import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blackPng, writeHalf } from './tools/bad-files.js';
import { modalkit } from './tools/modalkit.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { hashesOf } from './tools/run-weights.js';
import { type TinyProject, tinyProject } from './tools/tiny-project.js';

interface Quarantined {
  readonly id: string;
  readonly file?: string;
  readonly input?: string;
  readonly stage: string;
  readonly reason: string;
}

const TOP = `import { locate, regress } from '@modalkit/core';`;
const HEADS = `digit: classify({ classes: ['one', 'two', 'three'] }), size: regress(), place: locate({ regions: 'picture', phrase: 'caption' })`;

const row = (id: string, fields: Record<string, unknown>) =>
  JSON.stringify({ id, split: 'train', caption: 'the number one', digit: 'one', ...fields });

/** Bad lines of a manifest: where the quarantine puts each, and what its reason says. */
const bad: Record<string, { line: string; id?: string; file?: RegExp; input?: string; stage: string; reason: RegExp }> =
  {
    'a line that is not JSON': {
      line: '{"id": "torn", "caption": "the nu',
      id: 'manifest.jsonl:25',
      file: /manifest\.jsonl:25$/,
      stage: 'read',
      reason: /not JSON.*one object a line/,
    },
    'a missing picture': {
      line: row('missing', { picture: '图片/没有.png' }),
      file: /没有\.png$/,
      stage: 'read',
      reason: /"图片\/没有\.png" is missing/,
    },
    'a truncated PNG': {
      line: row('half', { picture: 'half.png' }),
      file: /half\.png$/,
      stage: 'prepare',
      reason: /"half\.png": truncated or damaged .*replace it/,
    },
    'a file of 0 bytes': {
      line: row('empty', { picture: 'empty.png' }),
      file: /empty\.png$/,
      stage: 'read',
      reason: /"empty\.png" is empty/,
    },
    'a PNG of 20,000 x 20,000 pixels': {
      line: row('vast', { picture: 'vast.png' }),
      file: /vast\.png$/,
      stage: 'prepare',
      reason: /20000 x 20000 pixels are more than maxPixels/,
    },
    'a caption of 100,000 characters': {
      line: row('long', { picture: 'picture 0.png', caption: '字'.repeat(100_000) }),
      input: 'caption',
      stage: 'validate',
      reason: /100000 characters; shorten it to 20000/,
    },
    'a caption that is a number': {
      line: row('number', { caption: 7 }),
      input: 'caption',
      stage: 'validate',
      reason: /expected a string \(received 7\)/,
    },
    'a class that is none': { line: row('class', { digit: 'seven' }), stage: 'validate', reason: /"digit".*seven/ },
    'a label that is NaN': {
      line: row('nan', { size: 'NaN' }),
      stage: 'validate',
      reason: /"size": expected a finite number/,
    },
    'a box that reaches outside the picture': {
      line: row('box', { place: [0.2, 0.2, 1.2, 0.9] }),
      stage: 'validate',
      reason: /"place".*the box reaches outside the picture/,
    },
    'an id that was there': {
      line: row('s0', {}),
      id: 'manifest.jsonl:35',
      file: /manifest\.jsonl:35$/,
      stage: 'read',
      reason: /id "s0" is that of manifest\.jsonl:1/,
    },
  };

async function writeBadFiles(project: TinyProject): Promise<void> {
  await writeHalf(project.path('data', 'picture 0.png'), project.path('data', 'half.png'));
  await writeFile(project.path('data', 'empty.png'), '');
  await writeFile(project.path('data', 'vast.png'), blackPng(20_000));
}

describe('bad lines of a manifest', () => {
  let project: TinyProject;
  let quarantine: Quarantined[];
  let run: string;
  beforeAll(async () => {
    project = await tinyProject({ top: TOP, heads: HEADS, data: 'budget: 0.35', train: 'steps: 2' });
    run = project.path('run');
    await writeBadFiles(project);
    await project.writeManifest([...project.rows, ...Object.values(bad).map(({ line }) => line)]);
    const ended = await modalkit(['train', project.folder, '--run', run, '--json', '--no-report']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.json()).toMatchObject({ quarantined: Object.keys(bad).length, step: 2 });
    quarantine = (await readFile(`${run}/quarantine.jsonl`, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  });
  afterAll(() => project.remove());

  it('within the budget are each listed once, and nothing else is', () => {
    expect(quarantine).toHaveLength(Object.keys(bad).length);
  });

  it.each(Object.entries(bad))(
    '%s is listed with id, file, stage and reason',
    (_, { line, id, file, input, stage, reason }) => {
      const entry = quarantine.find((each) => each.id === (id ?? JSON.parse(line).id));
      expect(entry).toMatchObject({ stage, ...(input && { input }) });
      expect(entry!.reason).toMatch(reason);
      if (file) expect(entry!.file).toMatch(file);
    },
  );

  it('above the budget stop the run in one sentence, and what was saved still loads', async () => {
    const before = await hashesOf(run);
    const more = ['train', project.folder, '--run', run, '--steps', '4', '--set', 'data.budget=0.01'];
    expectOneSentence(
      await modalkit(more),
      4,
      /11 of 35 samples are unusable, more than the budget of 1 %/,
      /raise data\.budget/,
      /manifest\.jsonl/,
    );
    expect(await hashesOf(run)).toEqual(before);
    const asked = await modalkit(['query', '数字一', '--run', run, '--json']);
    expect(asked.json()).toMatchObject({ step: 2, input: 'caption' });
  });
});

describe('a dataset that cannot be trained on is refused in one sentence:', () => {
  let project: TinyProject;
  beforeAll(async () => {
    project = await tinyProject();
  });
  afterAll(() => project.remove());
  const train = () => modalkit(['train', project.folder]);

  it('an empty manifest', async () => {
    await project.writeManifest([]);
    expectOneSentence(await train(), 4, /jsonl/, /no samples/, /data/);
  });

  it('a manifest of bad lines alone', async () => {
    await project.writeManifest(['no', 'no']);
    expectOneSentence(await train(), 4, /no samples/, /manifest\.jsonl:1: .*not JSON/);
  });

  it('no manifest', async () => {
    await project.writeConfig({ data: `source: jsonl({ path: 'data/none.jsonl' })` });
    expectOneSentence(await train(), 4, /none\.jsonl is missing/, /data\.source/);
    await project.writeConfig();
  });

  it('one class only', async () => {
    await project.writeManifest(project.rows.filter(({ digit }) => digit === 'one'));
    expectOneSentence(await train(), 4, /"digit"/, /"one"/, /one class/, /add samples/);
  });

  it('a split without samples', async () => {
    await project.writeManifest(project.rows.filter(({ split }) => split === 'train'));
    expectOneSentence(await train(), 4, /"test"/);
  });
});

describe('as an argument of query is refused in one sentence:', () => {
  let project: TinyProject;
  let run: string;
  beforeAll(async () => {
    project = await tinyProject({ train: 'steps: 1' });
    run = project.path('run');
    await writeBadFiles(project);
    await writeFile(project.path('data', 'words.png'), 'no picture at all');
    await mkdir(project.path('data', 'folder.png'));
    const { code, stderr } = await modalkit(['train', project.folder, '--run', run, '--no-report']);
    expect(code, stderr).toBe(0);
  });
  afterAll(() => project.remove());

  it.each<[string, string, number, ...RegExp[]]>([
    ['a missing picture', '没有.png', 2, /没有\.png/, /no such file/],
    ['a truncated PNG', 'half.png', 4, /half\.png/, /truncated or damaged/, /replace it/],
    ['a file of 0 bytes', 'empty.png', 2, /empty\.png/, /no input/],
    ['a PNG of 20,000 x 20,000 pixels', 'vast.png', 4, /vast\.png/, /20000 x 20000/, /make it smaller/],
    ['a file that is no picture', 'words.png', 2, /words\.png/, /no input/],
    ['a folder', 'folder.png', 2, /folder\.png/, /folder/],
  ])('%s', async (_, name, code, ...patterns) => {
    expectOneSentence(await modalkit(['query', project.path('data', name), '--run', run]), code, ...patterns);
  });

  it('a caption of 100,000 characters', async () => {
    const ended = await modalkit(['query', 'seven '.repeat(16_667), '--run', run]);
    expectOneSentence(ended, 4, /"caption"/, /100002 characters; shorten it to 20000/);
  });

  it('no words', async () => {
    expectOneSentence(await modalkit(['query', ' ', '--run', run]), 2, /no input/);
  });

  it('an input or run that is not there', async () => {
    expectOneSentence(await modalkit(['query', 'one', '--run', run, '--to', 'sound']), 2, /"sound"/, /picture/);
    expectOneSentence(await modalkit(['query', 'one', '--run', project.path('none')]), 2, /none/, /train first/);
    expectOneSentence(await modalkit(['query', 'one'], { cwd: project.folder }), 2, /no run here/);
  });

  it('a sample of inspect that is bad or not there', async () => {
    await project.writeManifest([...project.rows, row('half', { picture: 'half.png' })]);
    const inspect = (id: string) => modalkit(['inspect', project.folder, '--id', id, '--run', run]);
    expectOneSentence(await inspect('half'), 4, /half\.png/, /truncated/);
    expectOneSentence(await inspect('s99'), 2, /"s99"/);
  });
});
