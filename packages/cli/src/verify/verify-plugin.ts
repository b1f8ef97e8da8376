import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { Listr } from 'listr2';
import { checkDependencies } from './check-dependencies.js';
import { checkFiles } from './check-files.js';
import { checkCopies, checkImport } from './check-installed.js';
import { checkManifest, isLibrary } from './check-manifest.js';
import { checkTypes } from './check-types.js';
import { checkWeights } from './check-weights.js';
import { type Finding, findingOf, isSilenceable, type Seen } from './finding.js';
import { installCopy } from './install-copy.js';
import { openTarball, type PackedPlugin, packPlugin } from './packed-plugin.js';
import { runKit } from './run-kit.js';

export interface VerifyOptions {
  readonly folder: string;
  readonly registry?: string;
  /** Tarballs that are taken in place of the packages of their names, since those are published with this one. */
  readonly beside?: readonly string[];
  /** Ids that are passed over, beside those of package.json. */
  readonly ignore?: readonly string[];
  readonly signal?: AbortSignal;
  /** Shows each step as it begins and ends. */
  readonly progress: boolean;
}

export interface Verified {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
  readonly findings: readonly Finding[];
  /** Ids that were found and passed over. */
  readonly ignored: readonly string[];
}

/** Packs a plugin, installs it as a user would and judges the copy. Takes its temporary files away. */
export async function verifyPlugin(options: VerifyOptions): Promise<Verified> {
  const place = await mkdtemp(join(tmpdir(), 'modalkit-verify-'));
  try {
    const seen: Seen[] = [];
    const packed = await steps(place, options, (more) => seen.push(...more));
    return verdict(packed, seen, options.ignore ?? []);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function steps(
  place: string,
  options: VerifyOptions,
  found: (seen: readonly Seen[]) => void,
): Promise<PackedPlugin> {
  const { folder, registry, signal, progress } = options;
  const beside = await namesOf(folder, options.beside ?? []);
  let packed!: PackedPlugin;
  const installed = (by: 'npm' | 'pnpm') => ({
    title: `install and import the tarball under ${by}`,
    task: async () => {
      const copy = await installCopy(by, packed, { place, registry, beside, signal });
      found(copy.seen);
      if (copy.seen.length > 0) return;
      const imported = await checkImport(copy.folder, packed, signal);
      found(imported);
      if (by === 'pnpm') return;
      found(await checkCopies(copy.folder, packed.manifest));
      found(await checkWeights(copy.folder, packed));
      if (imported.length === 0 && !isLibrary(packed.manifest)) found(await runKit(copy.folder, packed, signal));
    },
  });
  const tasks = new Listr(
    [
      {
        title: 'pack',
        task: async () => {
          await mkdir(join(place, 'packed'));
          packed = await packPlugin(folder, join(place, 'packed'), signal);
        },
      },
      {
        title: 'package.json, files, secrets, dependencies',
        task: async () => {
          found([...checkManifest(packed), ...(await checkFiles(packed)), ...(await checkDependencies(packed))]);
        },
      },
      { title: 'exports and types', task: async () => found(await checkTypes(packed)) },
      { ...installed('npm'), title: 'install under npm, import, conformance on the installed copy' },
      installed('pnpm'),
    ],
    { renderer: progress ? 'default' : 'silent', fallbackRenderer: 'simple', registerSignalListeners: false },
  );
  await tasks.run();
  return packed;
}

/** Name of the package in each tarball, and the tarball. */
async function namesOf(folder: string, tarballs: readonly string[]): Promise<Record<string, string>> {
  const named = await Promise.all(
    tarballs.map(async (tarball) => [(await openTarball(folder, tarball)).manifest.name, resolve(tarball)] as const),
  );
  return Object.fromEntries(named);
}

function verdict({ manifest, bytes }: PackedPlugin, seen: readonly Seen[], flags: readonly string[]): Verified {
  const asked = [...flags, ...(manifest.modalkit?.ignore ?? [])];
  const wrong = asked.find((id) => !isSilenceable(id));
  if (wrong !== undefined)
    throw new ModalkitError('USAGE', `"${wrong}" is no finding that can be ignored; take the id that verify prints.`);
  const all = seen.map(findingOf);
  return {
    ...{ name: manifest.name, version: manifest.version, bytes },
    findings: all.filter(({ id }) => !asked.includes(id)),
    ignored: [...new Set(all.map(({ id }) => id).filter((id) => asked.includes(id)))],
  };
}
