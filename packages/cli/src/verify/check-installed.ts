import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isModalkitError } from '@modalkit/contract';
import { type Probed, probePlugin } from '../probe-plugin.js';
import { isLibrary } from './check-manifest.js';
import type { Seen } from './finding.js';
import type { Manifest, PackedPlugin } from './packed-plugin.js';

/** Imports the installed plugin in a process of its own: does it load, is it branded, is it of the contract it states? */
export async function checkImport(folder: string, { manifest }: PackedPlugin, signal?: AbortSignal): Promise<Seen[]> {
  if (isLibrary(manifest) && !hasMain(manifest.exports)) return [];
  try {
    const probed = await probePlugin(manifest.name, folder, { signal });
    return isLibrary(manifest) ? [] : judge(probed, manifest.name, manifest.modalkit?.contract);
  } catch (error) {
    if (!isModalkitError(error) || error.code !== 'PLUGIN') throw error;
    return [{ id: 'import', what: error.message }];
  }
}

/** False for a package of files alone, with nothing to import by its own name. */
function hasMain(exports: unknown): boolean {
  return typeof exports !== 'object' || exports === null || '.' in exports;
}

function judge({ exports, factories }: Probed, name: string, stated: unknown): Seen[] {
  if (factories.length === 0)
    return [{ id: 'brand', what: `no plugin among its exports (${exports.join(', ') || 'none'})` }];
  return factories.flatMap((factory) => {
    if (factory.id === undefined) return [];
    const seen: Seen[] = [];
    if (factory.contract !== stated)
      seen.push({
        id: 'contracts-differ',
        what: `${factory.name}() is of contract ${factory.contract}, package.json states ${stated}`,
      });
    if (factory.id !== name)
      seen.push({ id: 'brand', what: `${factory.name}() has the id "${factory.id}"`, fix: `let the id be "${name}"` });
    return seen;
  });
}

/** Copies of the contract and of tfjs-core below a folder in which npm has installed. */
export async function checkCopies(folder: string, { modalkit }: Manifest): Promise<Seen[]> {
  const stated = modalkit?.contract;
  const names = ['@modalkit/contract', '@tensorflow/tfjs-core'];
  const files = await readdir(join(folder, 'node_modules'), { recursive: true });
  const copies = files.filter((file) => names.some((name) => isManifestOf(file, name)));
  const found = await Promise.all(copies.map((file) => readCopy(join(folder, 'node_modules', file))));
  const twice = names.filter((name) => found.filter((copy) => copy.name === name).length > 1);
  const others = found.filter(({ contract }) => stated !== undefined && contract !== undefined && contract !== stated);
  return [
    ...twice.map((name) => ({
      id: 'duplicate' as const,
      what: `${name} is installed as ${found.flatMap((copy) => (copy.name === name ? [copy.version] : [])).join(' and ')}`,
    })),
    ...others.map(({ name, version, contract }) => ({
      id: 'contracts-differ' as const,
      what: `${name} ${version} is of contract ${contract}, package.json states ${stated}`,
    })),
  ];
}

function isManifestOf(file: string, name: string): boolean {
  const path = `/${file.replaceAll('\\', '/')}`;
  return path.endsWith(`/${name}/package.json`) && !/\/dist\//.test(dirname(path));
}

async function readCopy(file: string): Promise<{ name: string; version: string; contract?: number }> {
  const { name, version, modalkit } = JSON.parse(await readFile(file, 'utf8'));
  return { name, version, contract: modalkit?.contract };
}
