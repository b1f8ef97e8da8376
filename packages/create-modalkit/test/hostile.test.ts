import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlugin } from 'create-modalkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const NAMES = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '../evil',
    '../../etc/cron.d/evil',
    '/etc/evil',
    'a/../../evil',
    './thermal',
    'a/b',
    'C:\\evil',
  ],
  ...[
    '..\\evil',
    '~/evil',
    '$(touch evil)',
    '`touch evil`',
    'a;touch evil',
    'a|b',
    'a&b',
    'a\0b',
    'a\nb',
    'a\u001b[2Jb',
  ],
  ...[
    'a\u202egnp.exe',
    'Thermal',
    'тhermal',
    '热像',
    '-rf',
    '--help',
    '_private',
    '.hidden',
    'node_modules',
    'favicon.ico',
  ],
  ...[
    'con',
    'nul',
    'com1',
    'aux.plugin',
    '%2e%2e',
    'a%2fb',
    '@/x',
    '@x/',
    '@../x',
    '@you/../evil',
    '@you/.hidden',
    '@nul/x',
  ],
  ...[
    '@modalkit/thermal',
    'modalkit',
    'create-modalkit',
    '__proto__',
    'constructor',
    'fusion',
    'heads',
    'class',
    'a'.repeat(215),
  ],
  ...[
    'http',
    'thermal.',
    'thermal-',
    '7',
    'a b',
    "a'b",
    'https://example.org/x',
    'git+ssh://x',
    'thermal@1.0.0',
    'file:../x',
  ],
];
const FOLDERS = [
  ...[
    '',
    '..',
    '../evil',
    'a/../../evil',
    '/',
    '/evil',
    '~',
    '~/evil',
    'a\0b',
    'a\nb',
    'a\u202eb',
    'C:\\evil',
    '-rf',
    'con',
  ],
  ...['sub/nul.txt', 'node_modules/evil', '.git/hooks', 'dot.', 'space ', 'a|b', 'a*b', 'a:b', 'a"b', '$(x)', '`x`'],
  ...['full', 'file', 'file/below', 'out', 'out/below', 'nowhere', 'nowhere/below', 'loop'],
];
const WORDS = [
  ...[
    '',
    ' ',
    'Thermal',
    '7x',
    'a-b',
    'a b',
    '../evil',
    'a/b',
    'x;process.exit(1)',
    'x = 1',
    "x'",
    '`x`',
    'a\0b',
    'a\nb',
  ],
  ...['__proto__', 'constructor', 'class', 'await', 'name', 'adapter', '热像', 'тhermal', 'a'.repeat(41), '__name__'],
];

let root: string;
let here: string;
const before = process.cwd();
const everything = async () => (await readdir(root, { recursive: true })).sort();
const create = (name: string, folder?: string) => createPlugin({ name, folder });
/** Where the absolute paths and those that lead upwards point to. */
const OUTSIDE = ['/evil', '/etc/evil', '/etc/cron.d/evil', join(tmpdir(), 'evil'), join(homedir(), 'evil')];

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'modalkit-create-')));
  here = join(root, 'here');
  await mkdir(join(here, 'full'), { recursive: true });
  await mkdir(join(root, 'outside'));
  await writeFile(join(here, 'full', 'mine.txt'), 'mine');
  await writeFile(join(here, 'file'), 'mine');
  await symlink(join(root, 'outside'), join(here, 'out'));
  await symlink(join(root, 'no-such-folder'), join(here, 'nowhere'));
  await symlink(join(here, 'loop'), join(here, 'loop'));
  process.chdir(here);
});
afterAll(async () => {
  process.chdir(before);
  await rm(root, { recursive: true, force: true });
});

describe('hostile names and folders', () => {
  it('are more than sixty', () => expect(new Set([...NAMES, ...FOLDERS]).size).toBeGreaterThan(60));

  it.each(NAMES)('refuses the name %j and writes nothing', async (name) => {
    const there = await everything();
    await expect(create(name)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(SENTENCE) });
    expect(await everything()).toEqual(there);
  });

  it.each(FOLDERS)('refuses the folder %j and writes nothing', async (folder) => {
    const there = await everything();
    await expect(create('thermal', folder)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(SENTENCE),
    });
    expect(await everything()).toEqual(there);
  });

  it.each(WORDS)('refuses the factory %j and writes nothing', async (modality) => {
    const there = await everything();
    await expect(createPlugin({ name: 'thermal', modality })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(SENTENCE),
    });
    expect(await everything()).toEqual(there);
  });

  it('nothing is where they point to', () => expect(OUTSIDE.filter((path) => existsSync(path))).toEqual([]));
});

it.each(['..', '../evil', '/evil', 'out/below'])('the folder %j is said to be outside', async (folder) => {
  await expect(create('thermal', folder)).rejects.toThrow(/it is outside of .*here; go there first/);
});

/** One line of printable signs. */
const SENTENCE = /^[^\p{Cc}\p{Cf}]+\.$/u;

it('a good name is written, below the current folder alone', async () => {
  const { folder, files, modality, next } = await create('@you/modalkit-depth-camera', '我的 插件/depth');
  expect({ folder, modality }).toEqual({ folder: join(here, '我的 插件', 'depth'), modality: 'depthCamera' });
  expect(next).toEqual(['cd "我的 插件/depth"', 'npm install', 'npm test']);
  expect(files).toContain('.gitignore');
  expect(files).toContain('package.json');
  expect((await everything()).filter((path) => !path.startsWith('here'))).toEqual(['outside']);
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toMatch(/^# @you\/modalkit-depth-camera$/m);
  await expect(create('@you/modalkit-depth-camera', '我的 插件/depth')).rejects.toThrow(/not empty \(\.changeset/);
});

it('a template that is not there is refused by name, a path among them', async () => {
  const there = await everything();
  for (const template of [
    'modalities',
    'common',
    'project',
    '',
    '.',
    '../packages',
    '/etc',
    'modality/../project',
    '__proto__',
  ])
    await expect(createPlugin({ name: 'thermal', template })).rejects.toThrow(/^There is no template .*modality/);
  expect(await everything()).toEqual(there);
});
