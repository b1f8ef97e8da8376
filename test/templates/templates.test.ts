import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PLUGIN_TEMPLATES, type PluginTemplate } from 'create-modalkit';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../../packages/conformance/package.json';
import { buildCode, buildTypes } from '../../recipes/build.mjs';
import { filesBelow, ROOT } from '../../recipes/tools/packages.mjs';
import { mustRun } from '../packaging/pack.js';
import { filledTemplate } from './filled-template.js';

const tool = (...path: string[]) => join(ROOT, 'node_modules', ...path);
const NAMES = Object.keys(PLUGIN_TEMPLATES) as PluginTemplate[];

let parent: string;
beforeAll(async () => {
  await buildCode();
  await buildTypes();
  parent = mkdtempSync(join(tmpdir(), 'modalkit-templates-'));
  for (const name of NAMES) {
    await filledTemplate(name, join(parent, name), name);
    await mustRun(
      process.execPath,
      [tool('tsup', 'dist', 'cli-default.js'), '--no-dts', '--silent'],
      join(parent, name),
    );
  }
}, 300_000);
afterAll(() => rmSync(parent, { recursive: true, force: true }));

describe.each(NAMES)('templates/%s', (template) => {
  test('has what every plugin has, and nothing of whoever wrote it', () => {
    const folder = join(parent, template);
    const files = filesBelow(folder)
      .map((file) => relative(folder, file))
      .filter((file) => !/^(?:node_modules|dist)\b/.test(file));
    expect(files).toEqual(
      expect.arrayContaining([
        ...['LICENSE', 'README.md', 'package.json', 'tsconfig.json', '.gitignore', '.editorconfig'],
        ...['.vscode/settings.json', '.github/workflows/verify.yml', '.changeset/config.json'],
        ...['.changeset/first-release.md', 'test/conformance.test.ts'],
      ]),
    );
    expect(files.filter((file) => /lock|npmrc/.test(file))).toEqual([]);
    for (const file of files) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/__[a-z]+__/);
  });

  test('takes the packages of this version, by no address', () => {
    const text = readFileSync(join(parent, template, 'package.json'), 'utf8');
    const { dependencies, devDependencies, keywords, modalkit } = JSON.parse(text);
    const own = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => /^@modalkit\//.test(name));
    expect(own.length).toBeGreaterThan(2);
    expect(own.filter(([, range]) => range !== `^${version}`)).toEqual([]);
    expect({ keywords, modalkit }).toEqual({ keywords: ['modalkit-plugin'], modalkit: { contract: 1 } });
    expect(text).not.toMatch(/https?:|workspace:|catalog:/);
  });
});

test('their own tests pass, each in less than 20 s', async () => {
  const args = [tool('vitest', 'vitest.mjs'), 'run', '--root', parent, '--reporter=json', '--outputFile=found.json'];
  await mustRun(process.execPath, args, parent);
  const { testResults } = JSON.parse(readFileSync(join(parent, 'found.json'), 'utf8')) as { testResults: TestFile[] };
  const files = testResults.map(({ name }) => relative(parent, name));
  expect(files).toEqual(expect.arrayContaining(NAMES.map((name) => join(name, 'test', 'conformance.test.ts'))));
  expect(testResults.filter(({ startTime, endTime }) => endTime - startTime > 20_000)).toEqual([]);
});

interface TestFile {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
}

test('their sources and tests have no error of type', () => {
  const file = join(ROOT, 'templates', 'common', 'tsconfig.json');
  const { config } = ts.parseConfigFileTextToJson(file, readFileSync(file, 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, parent);
  const sources = NAMES.flatMap((name) => ['src', 'test'].flatMap((part) => filesBelow(join(parent, name, part))));
  const program = ts.createProgram(sources, { ...options, typeRoots: [tool('@types')] });
  const errors = ts.getPreEmitDiagnostics(program);
  expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
});

test('they are packed without tests and sources', async () => {
  const folders = NAMES.map((name) => `./${name}`);
  const packed = JSON.parse(await mustRun('npm', ['pack', ...folders, '--dry-run', '--json'], parent)) as Pack[];
  for (const { files } of packed)
    expect(files.map(({ path }) => path).sort()).toEqual(['LICENSE', 'README.md', 'dist/index.js', 'package.json']);
  expect(packed.length).toBe(NAMES.length);
});

interface Pack {
  readonly files: readonly { readonly path: string }[];
}

test('every folder of templates is offered', () =>
  expect(readdirSync(join(ROOT, 'templates')).sort()).toEqual([...NAMES, 'common', 'project'].sort()));
