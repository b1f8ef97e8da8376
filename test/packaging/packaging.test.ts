import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workspacePackages } from '../../recipes/tools/packages.mjs';
import { unlisted } from './allow-list.js';
import { installScripts, workspaceWords } from './manifest-rules.js';
import { mustRun, type Packed, packAll } from './pack.js';

const FULL = process.env.MODALKIT_FULL === '1';
const NAMES: string[] = workspacePackages().flatMap(({ manifest }) => (manifest.private ? [] : [manifest.name]));

let folder: string;
let packages: readonly Packed[] = [];
beforeAll(async () => {
  ({ folder, packages } = await packAll());
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const packed = (name: string) => packages.find((each) => each.name === name)!;
const withCode = NAMES.filter((name) => name !== '@modalkit/backend-linux-x64');

describe.each(NAMES)('%s, packed', (name) => {
  test('holds what the allow-list names and nothing else', () => expect(unlisted(packed(name))).toEqual([]));

  test('has no word of the workspace left, and no install script', () => {
    expect(workspaceWords(packed(name).manifest)).toEqual([]);
    expect(installScripts(packed(name).manifest)).toEqual([]);
  });

  test('satisfies publint', async () => {
    const { manifest, tarball } = packed(name);
    const data = readFileSync(tarball);
    const { messages } = await publint({ pack: { tarball: arrayBuffer(data) }, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  test('is the same file when packed again', () => expect(packed(name).again).toBe(packed(name).sha256));
});

test('the checks find what is wrong', async () => {
  const good = packed('@modalkit/contract');
  expect(unlisted({ ...good, files: [...good.files, 'src/index.ts'] })).toEqual(['src/index.ts is packed']);
  expect(unlisted({ ...good, files: [...good.files, 'dist/index.test.ts'] })).toEqual(['dist/index.test.ts is packed']);
  expect(unlisted({ ...good, files: good.files.filter((file) => file !== 'LICENSE') })).toEqual(['LICENSE is missing']);
  expect(
    workspaceWords({ dependencies: { a: 'workspace:^', b: 'catalog:' }, exports: { 'modalkit-src': './a.ts' } }),
  ).toEqual(['workspace:', 'catalog:', 'modalkit-src']);
  expect(installScripts({ scripts: { build: 'tsup', postinstall: 'node .' } })).toEqual(['postinstall']);
  const lacking = [
    { name: 'package.json', data: new TextEncoder().encode('{"name":"a","version":"1.0.0","main":"./no.js"}') },
  ];
  const { messages } = await publint({
    pkgDir: '/',
    pack: { files: lacking.map((file) => ({ ...file, name: `/${file.name}` })) },
  });
  expect(messages.map(({ code }) => code)).toContain('FILE_DOES_NOT_EXIST');
});

describe.runIf(FULL)('full counts', () => {
  test.each(withCode)('types of %s are found by node16 and bundlers', async (name) => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(packed(name).tarball)));
    expect(analysis.types).not.toBe(false);
    const problems = 'problems' in analysis ? analysis.problems : [];
    // the packages are ESM alone: node10 and require() are out of the question
    const ours = problems.filter(
      (problem) => !('resolutionKind' in problem && /node10|cjs/.test(problem.resolutionKind)),
    );
    expect(ours).toEqual([]);
  });

  test('an outside project installs the tarballs without scripts, imports them and runs the command', async () => {
    const project = join(folder, 'outside');
    await mustRun(process.execPath, ['-e', `require('fs').mkdirSync(${JSON.stringify(project)})`]);
    await mustRun('npm', ['init', '--yes'], project);
    const tarballs = packages.map(({ tarball }) => tarball);
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await mustRun('npm', ['install', ...flags, ...tarballs], project);
    const script = `for (const name of ${JSON.stringify(withCode)}) if (Object.keys(await import(name)).length === 0) throw name;`;
    await mustRun(process.execPath, ['--input-type=module', '-e', script], project);
    expect(await mustRun('npx', ['modalkit', '--help'], project)).toContain('modalkit train');
    expect(existsSync(join(project, 'node_modules', '@modalkit', 'contract', 'src'))).toBe(false);
  }, 300_000);
});

function arrayBuffer(data: Buffer): ArrayBuffer {
  return new Uint8Array(data).buffer;
}
