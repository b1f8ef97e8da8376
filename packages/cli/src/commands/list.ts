import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import type { Supports } from '@modalkit/contract';
import { importPackage, loadProject, type Runtime } from '@modalkit/core';
import { packagesOfConfig } from '../compose/edit-config.js';
import { findInstalled } from '../compose/installed-plugin.js';
import { findConfig } from '../find-project.js';
import { createOutput } from '../output.js';

/** A package that the config imports. */
interface Listed {
  readonly name: string;
  readonly version?: string;
  readonly contract?: number;
  /** Where it is installed, from the project's folder. */
  readonly from?: string;
  /** Where the config uses it, with what an adapter is capable of. */
  readonly places: readonly string[];
  /** Why it cannot be used. */
  readonly cause?: string;
}

/** `modalkit list`. */
export async function list(project: string, { json }: { readonly json?: boolean }): Promise<void> {
  const output = createOutput(json);
  const config = await findConfig(project);
  const composed = await loadProject(config).catch((error: Error) => error);
  const runtime = composed instanceof Error ? undefined : composed;
  const names = packagesOfConfig(config, await readFile(config, 'utf8'));
  const ids = runtime?.plugins.map(({ id }) => id) ?? [];
  // a set brings packages that the config does not import
  const all = [...new Set([...names, ...ids.filter((id) => id.includes('/') && !id.startsWith('@modalkit/core/'))])];
  const listed = await Promise.all(all.map((name) => describe(name, dirname(config), runtime)));
  for (const each of listed) {
    const { name, version, contract, from, cause } = each;
    output.say(
      `${cause ? 'failed' : 'ok    '}  ${name} ${version ?? '(not installed)'}${contract === undefined ? '' : `, contract ${contract}`}${from ? `, from ${from}` : ''}`,
    );
    for (const place of each.places) output.say(`        ${place}`);
    if (cause) output.say(`        ${cause}`);
  }
  const problem = composed instanceof Error ? composed : undefined;
  await runtime?.dispose();
  output.result({ config, plugins: listed, problem: problem?.message });
  if (problem) throw problem;
}

async function describe(name: string, folder: string, runtime: Runtime | undefined): Promise<Listed> {
  const installed = await findInstalled(name, folder);
  const from = installed && (relative(folder, installed.folder) || '.');
  const known = { name, version: installed?.version, contract: installed?.contract, from };
  if (runtime) return { ...known, places: placesOf(name, runtime) };
  return { ...known, places: [], cause: installed ? await causeOf(name, folder) : `run \`npm install ${name}\`.` };
}

function placesOf(name: string, { plugins, inputs }: Runtime): string[] {
  return plugins
    .filter(({ id }) => id === name || id.startsWith(`${name}/`))
    .map(({ slot }) => {
      const adapter = slot.startsWith('inputs/') ? inputs[slot.slice('inputs/'.length)]?.adapter : undefined;
      return adapter ? `${slot}: ${capabilities(adapter.supports)}` : slot;
    });
}

function capabilities({ positions, masks, streaming }: Supports): string {
  const words = (what: string, list: readonly string[]) => (list.length > 0 ? [`${what} ${list.join(', ')}`] : []);
  return [...words('positions', positions), ...words('masks', masks), ...(streaming ? ['streaming'] : [])].join('; ');
}

/** What importing it alone says. */
async function causeOf(name: string, folder: string): Promise<string | undefined> {
  try {
    await importPackage(name, [folder]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
