import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSources, importPackage } from '../../src/live/index.js';
import { series } from '../fixtures/series-plugin.js';
import { datum, scripted } from './scripted-source.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'modalkit-packages-'));
  await install('near', 'acme-eeg', 'export const where = "near";');
  await install('far', 'acme-eeg', 'export const where = "far";');
  await install('far', '@acme/cap', 'export const where = "far";');
  await install('near', 'acme-broken', 'throw new Error("no licence");');
  await writeFile(join(root, 'near', 'file.js'), 'export const where = "a file";');
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function install(project: string, name: string, code: string): Promise<void> {
  const folder = join(root, project, 'node_modules', name);
  await mkdir(folder, { recursive: true });
  const manifest = { name, type: 'module', exports: { '.': { import: './index.js' } } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'index.js'), code);
}

describe('a package', () => {
  const folders = () => [join(root, 'near'), join(root, 'far')];

  it('is the one of the first folder that has it', async () => {
    expect(await importPackage('acme-eeg', folders())).toMatchObject({ where: 'near' });
    expect(await importPackage('acme-eeg', folders().reverse())).toMatchObject({ where: 'far' });
    expect(await importPackage('@acme/cap', folders())).toMatchObject({ where: 'far' });
    expect(await importPackage('acme-none', folders())).toBeUndefined();
  });

  it.each(['./file.js', '../near/file.js', 'acme-eeg/index.js', 'node:fs', 'file:///etc/passwd', ''])(
    'is never "%s": a path or a part of Node',
    async (name) => {
      expect(await importPackage(name, folders())).toBeUndefined();
      expect(await importPackage(join(root, 'near', 'file.js'), folders())).toBeUndefined();
    },
  );

  it('that fails while loading is told by name', async () => {
    await expect(importPackage('acme-broken', folders())).rejects.toMatchObject({
      code: 'PLUGIN',
      message: 'acme-broken: loading failed: no licence; install it again.',
    });
  });
});

describe('sources without a project', () => {
  it('are made by name', async () => {
    const { sources, dispose } = composeSources({ a: scripted([datum(1, 0)]), 温度: scripted([]) });
    expect(Object.entries(sources).map(([name, { options }]) => [name, options])).toEqual([
      ['a', { acts: 1 }],
      ['温度', { acts: 0 }],
    ]);
    await dispose();
  });

  it('are refused when a plugin has none, was not called, or a name is none', () => {
    expect(() => composeSources({ a: series() })).toThrow(/live\/a: test-series provides no live source/);
    expect(() => composeSources({ a: scripted as never })).toThrow(
      /live\/a: a plugin factory was given but not called/,
    );
    expect(() => composeSources({ '../a': scripted([]) })).toThrow(/Stream "\.\.\/a"/);
  });
});
