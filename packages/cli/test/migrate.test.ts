import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrate } from '../src/commands/migrate.js';
import { migrateFiles } from '../src/migrate/migrate-files.js';
import type { Migration } from '../src/migrate/migration.js';
import { MIGRATIONS } from '../src/migrate/migrations.js';

const PLUGIN = `{
    "name": "@you/热",
    "peerDependencies": { "@modalkit/contract": "^0.1.0" }
}
`;
const manifest = (before: string) => ({ kind: 'package.json' as const, file: 'package.json', before });

describe('migrations', () => {
  it('have each a number of their own', () => {
    expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it('give a plugin its contract and keyword, keep its indentation, and change nothing the second time', () => {
    const [first] = migrateFiles([manifest(PLUGIN)]);
    expect(first!.applied.map(({ number }) => number)).toEqual([1, 2]);
    expect(JSON.parse(first!.after)).toMatchObject({ modalkit: { contract: 1 }, keywords: ['modalkit-plugin'] });
    expect(first!.after).toMatch(/^ {4}"name": "@you\/热"/m);
    const [second] = migrateFiles([manifest(first!.after)]);
    expect(second).toMatchObject({ applied: [], after: first!.after });
  });

  it('leave a plugin that tells another number, and a package that is no plugin, as they are', () => {
    const told = PLUGIN.replace('"name"', '"keywords": ["modalkit-plugin"], "modalkit": { "contract": 0 }, "name"');
    const project = '{"dependencies":{"@modalkit/core":"1","@modalkit/contract":"1"}}';
    for (const text of [told, project]) expect(migrateFiles([manifest(text)])[0]).toMatchObject({ after: text });
  });

  it('are applied in the order of their numbers, to files of their kind', () => {
    const step = (number: number, from: string, to: string): Migration => {
      return { number, title: to, files: 'config', change: (text) => text.replace(from, to) };
    };
    const steps = [step(2, 'average', 'mean'), step(1, 'ema', 'average')];
    const files = [{ kind: 'config' as const, file: 'a.ts', before: 'train: { ema: 0.9 }' }, manifest('{"ema":1}')];
    expect(migrateFiles(files, steps).map(({ after }) => after)).toEqual(['train: { mean: 0.9 }', '{"ema":1}']);
  });
});

describe('modalkit migrate', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'modalkit-migrate-'));
    writeFileSync(join(folder, 'package.json'), PLUGIN);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
    rmSync(folder, { recursive: true });
  });
  const text = () => readFileSync(join(folder, 'package.json'), 'utf8');
  const said = () =>
    vi
      .mocked(process.stdout.write)
      .mock.calls.map(([line]) => line)
      .join('');

  it('shows a diff and writes; with --check it writes nothing and exits with 1', async () => {
    await migrate(folder, { check: true });
    expect(process.exitCode).toBe(1);
    expect(text()).toBe(PLUGIN);
    expect(said()).toMatch(/Migration 1: .*\n[\s\S]*\+ {4}"modalkit": \{/);
    process.exitCode = undefined;
    await migrate(folder, {});
    await migrate(folder, { check: true });
    expect(process.exitCode).toBeUndefined();
    expect(JSON.parse(text())).toMatchObject({ modalkit: { contract: 1 } });
  });

  it('changes nothing at all when one of the files cannot be parsed, or there is none', async () => {
    writeFileSync(join(folder, 'modalkit.config.ts'), 'export default {');
    await expect(migrate(folder, {})).rejects.toThrow(/modalkit\.config\.ts: it cannot be parsed/);
    expect(text()).toBe(PLUGIN);
    writeFileSync(join(folder, 'modalkit.config.ts'), 'export default {}');
    writeFileSync(join(folder, 'package.json'), '{,');
    await expect(migrate(folder, {})).rejects.toThrow(/package\.json: it cannot be parsed .*nothing was changed/);
    await expect(migrate(join(folder, 'no'), {})).rejects.toThrow(/neither a config nor a package\.json/);
  });
});
