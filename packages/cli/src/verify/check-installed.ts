import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PROBE } from '../probe-file.js';
import { lastWords, runProgram } from '../run-program.js';
import type { Seen } from './finding.js';
import type { PackedPlugin } from './packed-plugin.js';

interface Probed {
  readonly exports: readonly string[];
  readonly factories: readonly { readonly name: string; readonly contract?: unknown; readonly id?: string }[];
}

const IMPORT_MS = 60_000;

/** Imports the installed plugin in a process of its own: does it load, is it branded, is it of the contract it states? */
export async function checkImport(folder: string, { manifest }: PackedPlugin, signal?: AbortSignal): Promise<Seen[]> {
  const input = await readFile(PROBE, 'utf8');
  const args = ['--input-type=module', '-', manifest.name];
  const ran = await runProgram([process.execPath], args, { cwd: folder, input, signal, timeoutMs: IMPORT_MS });
  if (ran.code !== 0) return [{ id: 'import', what: `importing ${manifest.name} failed: ${reasonOf(ran.all)}` }];
  let probed: Probed;
  try {
    probed = JSON.parse(ran.stdout.trimEnd().split('\n').at(-1)!);
  } catch {
    return [{ id: 'import', what: `${manifest.name} ended the process while it was imported: ${lastWords(ran)}` }];
  }
  return judge(probed, manifest.name, manifest.modalkit?.contract);
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

/** The sentence of an uncaught error. */
function reasonOf(all: string): string {
  const line = all.split('\n').find((each) => /^(?:\w*Error\b|.*\[ERR_)/.test(each.trim()));
  return (line ?? lastWords({ code: 1, stdout: '', all })).trim().slice(0, 400);
}

/** Copies of the contract and of tfjs-core below a folder in which npm has installed. */
export async function checkCopies(folder: string, stated: unknown): Promise<Seen[]> {
  const names = ['@modalkit/contract', '@tensorflow/tfjs-core'];
  const files = await readdir(join(folder, 'node_modules'), { recursive: true });
  const copies = files.filter((file) => names.some((name) => isManifestOf(file, name)));
  const found = await Promise.all(copies.map((file) => readCopy(join(folder, 'node_modules', file))));
  const twice = names.filter((name) => found.filter((copy) => copy.name === name).length > 1);
  const others = found.filter(({ contract }) => contract !== undefined && contract !== stated);
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
