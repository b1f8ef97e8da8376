import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNative } from '@modalkit/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit } from './tools/modalkit.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { type TinyProject, tinyProject, writePicture } from './tools/tiny-project.js';

const native = await findNative();
const TRACE = fileURLToPath(new URL('./tools/trace-loads.mjs', import.meta.url));
const ELSEWHERE = { cwd: tmpdir() };

describe('a run that is profiled', () => {
  it('draws in its report where the time went', async () => {
    const project = await tinyProject({ train: 'steps: 16' });
    try {
      const { code, stderr } = await modalkit(['train', '--run', 'run', '--profile', '3'], { cwd: project.folder });
      expect(code, stderr).toBe(0);
      const { samples } = JSON.parse(await readFile(project.path('run', 'profile.cpuprofile'), 'utf8'));
      expect(samples.length).toBeGreaterThan(3);
      const page = await readFile(project.path('run', 'report.html'), 'utf8');
      expect(page).toContain('Where the time went');
      const refused = await modalkit(['train', '--run', 'other', '--profile', 'long'], { cwd: project.folder });
      expectOneSentence(refused, 2, /--profile is "long"; give a number of steps/);
    } finally {
      await project.remove();
    }
  });
});

describe('a trained run, asked from another folder,', () => {
  let project: TinyProject;
  let run: string;
  beforeAll(async () => {
    project = await tinyProject({ fusion: 'cross({ heads: 2, layers: 1 })', train: 'steps: 8' });
    run = project.path('run');
    const { code, stderr } = await modalkit(['train', '--run', 'run'], { cwd: project.folder });
    expect(code, stderr).toBe(0);
  });
  afterAll(() => project.remove());

  it.each([
    ['English words', 'the number one', 'caption', 'picture'],
    ['Chinese words', '数字二', 'caption', 'picture'],
    ['the name of a folder that is there', 'data', 'caption', 'picture'],
  ])('answers %s', async (_, words, input, to) => {
    const { code, stdout, stderr } = await modalkit(['query', words, '--run', run], { cwd: project.folder });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`${input} "${words}" -> ${to}:`);
    // five matches, best first: score, id, what it is, its targets
    const scores = [...stdout.matchAll(/^ {2}(-?\d\.\d{4}) {2}s\d+ .*\.png {2}\(digit (?:one|two|three)\)$/gm)];
    const values = scores.map(([, score]) => Number(score));
    expect(values).toHaveLength(5);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  it('answers a picture, by an absolute path and a relative one in Chinese', async () => {
    const file = project.path('data', '图片', '数字 21.png');
    const [absolute, named] = await Promise.all([
      modalkit(['query', file, '--run', run, '--json', '--top', '6'], ELSEWHERE),
      modalkit(['query', relative(tmpdir(), file), '--run', run, '--json', '--top', '6'], ELSEWHERE),
    ]);
    const { input, step, results } = absolute.json() as never as {
      input: string;
      step: number;
      results: Record<string, { id: string; score: number; value: string }[]>;
    };
    expect({ input, step }).toEqual({ input: 'picture', step: 8 });
    expect(results.caption!.map(({ id }) => id).sort()).toEqual(['s18', 's19', 's20', 's21', 's22', 's23']);
    expect(results.caption!.map(({ value }) => value)).toContain('数字一');
    expect(named.json().results).toEqual(results);
  });

  it('finds a picture itself first among pictures', async () => {
    const file = project.path('data', '图片', '数字 22.png');
    const ended = await modalkit(['query', file, '--run', run, '--to', 'picture', '--json', '--top', '1'], ELSEWHERE);
    const { picture } = ended.json().results as { picture: { id: string; score: number }[] };
    expect(picture[0]!.id).toBe('s22');
    expect(picture[0]!.score).toBeCloseTo(1, 4);
  });

  it('is evaluated, by words and as JSON', async () => {
    const words = await modalkit(['eval', project.folder, '--run', run], ELSEWHERE);
    expect(words.code, words.stderr).toBe(0);
    expect(words.stdout).toMatch(/^Step 8, split "test":\nmetric +value/m);
    expect(words.stdout).toMatch(/retrieval\/picture->caption\/R@1 +\d/);
    const json = await modalkit(['eval', project.folder, '--run', run, '--split', 'train', '--json'], ELSEWHERE);
    expect(json.json()).toMatchObject({ step: 8, split: 'train' });
    expect(json.json().values).toMatchObject({ 'retrieval/picture->caption/classR1': { n: 18 } });
  });

  it('is inspected: the stages of a sample, and the tokens that the fusion makes', async () => {
    const inspect = ['inspect', project.folder, '--id', 's4', '--fused', '--run', run];
    const words = await modalkit(inspect, ELSEWHERE);
    expect(words.code, words.stderr).toBe(0);
    // a 16 x 16 picture in 8 x 8 patches: 4 tokens of width 8
    expect(words.stdout).toMatch(/^Sample s4$/m);
    expect(words.stdout).toMatch(/^picture \(@modalkit\/image\): picture 16 x 16\n {2}tokens {5}\[4,8\] encoded/m);
    expect(words.stdout).toMatch(/validity {3}1111 \(4 of 4 valid\)/);
    expect(words.stdout).toMatch(/stages {5}prepare [\d.]+ ms [\d.]+ KiB, collate .* encode .* align /);
    expect(words.stdout).toMatch(/^fused \[\d+,8\]\n {2,}0 … \d+/m);
    const json = (await modalkit([...inspect, '--json'], ELSEWHERE)).json();
    expect(json).toMatchObject({ id: 's4', inputs: { picture: { present: true, tokens: [4, 8] } } });
    const { length, spans } = json.fused as { length: number; spans: Record<string, { start: number; end: number }> };
    const ends = Object.values(spans).map(({ start, end }) => end - start);
    expect(ends.reduce((sum, tokens) => sum + tokens, 0)).toBe(length);
  });
});

describe('every command', () => {
  const commands = [
    '',
    'init',
    'create',
    'dev',
    'verify',
    'publish',
    'add',
    'remove',
    'list',
    'train',
    'eval',
    'query',
    'embed',
    'ask',
    'inspect',
    'record',
    'slice',
    'replay',
    'live',
    'doctor',
    'backend',
  ];

  it.each([...commands, 'backend install', 'backend info'])(
    '"%s --help" has examples and loads no tensors',
    async (name) => {
      const args = [...name.split(' '), '--help'].filter(Boolean);
      const { code, stdout, stderr } = await modalkit(args, { node: ['--import', TRACE] });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Usage: modalkit/);
      expect(stdout).toMatch(new RegExp(`Examples:\n(  \\$ modalkit${name ? ` ${name.split(' ')[0]}` : ''}.*\n)+`));
      const loaded = stderr.split('\n').filter((line) => line.startsWith('loaded '));
      expect(loaded.some((line) => line.includes('/commander/'))).toBe(true);
      expect(
        loaded.filter((line) => /@tensorflow|packages\/(core|backend|media|report)\/|plugins\/|sharp|zod/.test(line)),
      ).toEqual([]);
    },
  );

  it('tells programs its result on the last line: doctor and backend', async () => {
    const env = { MODALKIT_BACKEND: native ? '' : 'js' };
    const doctor = (await modalkit(['doctor', '--json'], { env })).json();
    expect(doctor).toMatchObject({ findings: expect.arrayContaining([expect.objectContaining({ what: 'node' })]) });
    const ffmpeg = (doctor.findings as { what: string; found: string }[]).find(({ what }) => what === 'ffmpeg');
    expect(ffmpeg?.found).toMatch(/^\S+, \/.*ffmpeg \(by .+\); it can: |^not found$/);
    const info = (await modalkit(['backend', 'info', '--json'], { env })).json();
    expect(info).toMatchObject({ running: { id: native ? 'native' : 'js' }, node: process.version });
  });
});

describe('init', () => {
  let place: TinyProject;
  beforeAll(async () => {
    place = await tinyProject();
  });
  afterAll(() => place.remove());

  it('writes a project that composes', async () => {
    const folder = place.path('新项目');
    const made = await modalkit(['init', '新项目', '--json'], { cwd: place.folder });
    expect(made.json()).toMatchObject({
      folder,
      files: expect.arrayContaining(['modalkit.config.ts', 'package.json']),
    });
    expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).toMatchObject({
      name: 'modalkit-project',
    });
    // the config is read and composed: what is missing is the samples
    expectOneSentence(await modalkit(['train', folder]), 4, /no samples/, /新项目\/data/);
  });

  it('knows every plugin of ours', async () => {
    const inputs = 'words=text,picture=image,sound=audio,film=video,motion=sensor';
    const made = await modalkit(['init', 'all', '--inputs', inputs], { cwd: place.folder });
    expect(made.code, made.stderr).toBe(0);
    const example = { words: 'a seven', picture: 'pictures/1.png', sound: 'sounds/1.wav', film: 'films/1.mp4' };
    expect(made.stdout).toContain(JSON.stringify({ ...example, motion: 'recordings/1.csv' }));
    expectOneSentence(await modalkit(['train', place.path('all')]), 4, /no samples/, /all\/data/);
  });

  it("takes a plugin's folder", async () => {
    expect((await modalkit(['create', '@you/heat', '--yes'], { cwd: place.folder })).code).toBe(0);
    const made = await modalkit(['init', 'warm', '--inputs', 'seen=./heat,words=text'], { cwd: place.folder });
    expect(made.code, made.stderr).toBe(0);
    const { dependencies } = JSON.parse(await readFile(place.path('warm', 'package.json'), 'utf8'));
    expect(dependencies).toMatchObject({ '@you/heat': 'file:../heat', '@modalkit/text': expect.stringMatching(/^\^/) });
    const config = await readFile(place.path('warm', 'modalkit.config.ts'), 'utf8');
    expect(config).toMatch(/import { heat } from '@you\/heat';.*seen: heat\(\),/s);
  });

  it.skipIf(!native)('writes a project that trains once it has samples', async () => {
    const folder = place.path('shop');
    const inputs = 'front=image,说明=text';
    expect((await modalkit(['init', 'shop', '--inputs', inputs], { cwd: place.folder })).code).toBe(0);
    await mkdir(join(folder, 'data', 'pictures'));
    const rows = await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        await writePicture(join(folder, 'data', 'pictures', `${index}.png`), index);
        const split = index < 3 ? 'train' : 'test';
        return { split, front: `pictures/${index}.png`, 说明: `第${index}张` };
      }),
    );
    await writeFile(join(folder, 'data', 'manifest.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const train = ['train', '--steps', '1', '--set', 'data.batch=2', '--no-report', '--json'];
    const ended = await modalkit(train, { cwd: folder, env: { MODALKIT_BACKEND: 'native' } });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.json()).toMatchObject({ reason: 'finished', step: 1, folder: join(folder, 'runs', 'shop') });
  });

  it('refuses a folder that is not empty, an unknown plugin and a single input, and writes nothing', async () => {
    const before = await readdir(place.folder);
    const init = (...args: string[]) => modalkit(['init', ...args], { cwd: place.folder });
    expectOneSentence(await init('.'), 2, /not empty \(.*data/);
    expectOneSentence(await init('new', '--inputs', 'a=smell,b=text'), 2, /"smell"/, /text, image/);
    expectOneSentence(await init('new', '--inputs', 'a=./nowhere,b=text'), 2, /\.\/nowhere/, /modalkit create/);
    expectOneSentence(await init('new', '--inputs', 'a=text'), 2, /two inputs/);
    expectOneSentence(await init('new', '--inputs', 'a=text,a=image'), 2, /twice/);
    expect(await readdir(place.folder)).toEqual(before);
  });
});
