import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCode, buildTypes } from '../../recipes/build.mjs';
import { runChild } from '../../recipes/tools/children.mjs';
import { ROOT, workspacePackages } from '../../recipes/tools/packages.mjs';
import { findPnpm } from '../../recipes/tools/pnpm.mjs';

export interface Packed {
  readonly name: string;
  readonly tarball: string;
  readonly sha256: string;
  /** sha256 of a second pack of the same. */
  readonly again: string;
  /** The packed package, unpacked. */
  readonly folder: string;
  /** Below `folder`, sorted, with `/`. */
  readonly files: readonly string[];
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** Builds what has changed, then packs every public package twice into a temporary folder. */
export async function packAll(): Promise<{ folder: string; packages: readonly Packed[] }> {
  await buildCode();
  await buildTypes();
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-packed-'));
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  await pack(first);
  await pack(second);
  const names = workspacePackages().flatMap(({ manifest }) => (manifest.private ? [] : [manifest.name]));
  return { folder, packages: await Promise.all(names.map((name) => describe(name, first, second))) };
}

/** All packages at once: a package manager takes longer to start than to pack. */
async function pack(target: string): Promise<void> {
  mkdirSync(target);
  const { command, args } = await findPnpm();
  const filters = ['--filter', './packages/*', '--filter', './plugins/*'];
  await mustRun(command, [...args, '--recursive', ...filters, 'pack', '--pack-destination', target], ROOT);
}

async function describe(name: string, first: string, second: string): Promise<Packed> {
  const base = name.replace('@', '').replace('/', '-');
  const tarball = readdirSync(first).find((file) => file.replace(/-\d+\.\d+\.\d+.*$/, '') === base)!;
  const parent = join(first, base);
  mkdirSync(parent);
  await mustRun('tar', ['-xzf', join(first, tarball), '-C', parent]);
  const folder = join(parent, 'package');
  return {
    name,
    tarball: join(first, tarball),
    sha256: sha256(join(first, tarball)),
    again: sha256(join(second, tarball)),
    folder,
    files: filesBelow(folder),
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  };
}

/** Runs a program. @throws Error with what it said, when it fails */
export async function mustRun(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const { code, output } = await runChild(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
