import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { type Exported, exportAdapter, exportRun, type Runtime, writeFileAtomic } from '@modalkit/core';
import { showChange } from '../compose/show-change.js';
import { defaultRunFolder, findConfig } from '../find-project.js';
import { createOutput, type Output } from '../output.js';
import { runtimeOfRun } from '../project-of-run.js';
import { TOO_LARGE } from '../verify/check-files.js';
import { readManifest } from '../verify/packed-plugin.js';

export interface ExportFlags {
  /** Id of an adapter, or name of an input; the whole run when left out. */
  readonly adapter?: string;
  readonly index: boolean;
  readonly run?: string;
  readonly package?: string;
  readonly to?: string;
  readonly licence?: string;
  readonly about?: string;
  readonly json?: boolean;
}

/** Folder of the weights in a package. */
const WEIGHTS = 'weights';

/** `modalkit export`. */
export async function exportWeights(project: string, flags: ExportFlags): Promise<void> {
  const output = createOutput(flags.json);
  const config = await findConfig(project);
  const folder = resolve(flags.run ?? defaultRunFolder(config));
  const runtime = await runtimeOfRun(folder, config);
  try {
    if (flags.adapter === undefined) return await exportWhole(runtime, folder, flags, output);
    const input = inputOf(runtime, flags.adapter);
    const { id } = runtime.inputs[input]!.adapter;
    const home = flags.to === undefined ? await packageFolder(id, flags.package) : undefined;
    const licence = flags.licence ?? (home && (await readManifest(home)).license);
    if (!licence) throw new ModalkitError('USAGE', 'Weights need a licence; name one, such as --licence Apache-2.0.');
    const to = home === undefined ? resolve(flags.to!) : join(home, WEIGHTS);
    const limit = home === undefined ? undefined : TOO_LARGE;
    const exported = await exportAdapter({ runtime, folder, input, to, licence, about: flags.about, limit });
    if (home !== undefined) output.say(await nameWeights(join(home, 'package.json')));
    sayExported(output, exported, { input, to, home });
    output.result({ ...exported, input, to });
  } finally {
    await runtime.dispose();
  }
}

async function exportWhole(runtime: Runtime, folder: string, flags: ExportFlags, output: Output): Promise<void> {
  const { licence = 'UNLICENSED', about, index } = flags;
  if (flags.to === undefined)
    throw new ModalkitError('USAGE', 'Name the folder of the model with --to, or one adapter with --adapter.');
  const to = resolve(flags.to);
  const exported = await exportRun({ runtime, folder, to, licence, about, withoutIndex: !index });
  for (const { folder: damaged, reason } of exported.skipped)
    output.say(`Passed over the damaged checkpoint ${damaged}: ${reason}`);
  const size = `${(exported.bytes / 2 ** 20).toFixed(1)} MiB`;
  output.say(`Wrote step ${exported.step} into ${to}: ${exported.files.length} files, ${size}.`);
  output.say(`sha256 of manifest.json ${exported.sha256}`);
  output.say(
    `Read ${join(to, 'MODEL_CARD.md')}; on another machine run \`npm install\` in the folder, and load(folder).`,
  );
  output.result({ ...exported, to });
}

interface Place {
  readonly input: string;
  readonly to: string;
  /** The package's folder; none with --to. */
  readonly home?: string;
}

function sayExported(output: Output, { skipped, ...exported }: Exported, { input, to, home }: Place): void {
  const { adapter, step, bytes, space, sha256 } = exported;
  for (const { folder, reason } of skipped) output.say(`Passed over the damaged checkpoint ${folder}: ${reason}`);
  const size = `${(bytes / 1024).toFixed(1)} KiB`;
  output.say(`Wrote the weights of ${adapter} (input "${input}", step ${step}), ${size}, into ${to}.`);
  output.say(`Joint space ${space.id}, width ${space.width}; sha256 of manifest.json ${sha256}.`);
  const next = home
    ? 'add a changeset, and run `npx modalkit publish`'
    : `have projects write \`pretrained: { ${input}: { from: './…', sha256: '…' } }\``;
  output.say(`Read ${join(to, 'MODEL_CARD.md')} and complete it; then ${next}.`);
}

function inputOf({ inputs }: Runtime, named: string): string {
  if (inputs[named]) return named;
  const parts = Object.values(inputs).filter(({ adapter }) => adapter.id === named && adapter.share === undefined);
  if (parts.length === 1) return parts[0]!.name;
  const all = Object.values(inputs).map(({ name, adapter }) => `${name} (${adapter.id})`);
  const problem =
    parts.length === 0 ? 'no input has this adapter' : `the inputs ${parts.map(({ name }) => name).join(', ')} have it`;
  throw new ModalkitError('USAGE', `--adapter ${named}: ${problem}; name one of ${all.join(', ')}.`);
}

/** Sources of the adapter's package: the folder that is named, or the current one. What a project has installed is not to be changed. */
async function packageFolder(id: string, named: string | undefined): Promise<string> {
  const folder = resolve(named ?? '.');
  const name = named === undefined ? await ownName(folder) : (await readManifest(folder)).name;
  if (name === id) return folder;
  throw new ModalkitError(
    'USAGE',
    `${folder}: this is ${name === undefined ? 'no package' : `the package ${name}`}, the adapter is of ${id}; name the folder of its sources with --package, or any folder with --to.`,
  );
}

async function ownName(folder: string): Promise<string | undefined> {
  return (await readManifest(folder).catch(() => undefined))?.name;
}

/** Has package.json name and pack the weights. @returns what changed */
async function nameWeights(file: string): Promise<string> {
  const before = await readFile(file, 'utf8');
  const manifest = JSON.parse(before);
  const { files, modalkit } = manifest;
  const packed = Array.isArray(files) && !files.includes(WEIGHTS) ? [...files, WEIGHTS] : files;
  const changed = { ...manifest, ...(packed && { files: packed }), modalkit: { ...modalkit, weights: WEIGHTS } };
  const indent = /^\{\r?\n([ \t]+)/.exec(before)?.[1] ?? 2;
  const after = `${JSON.stringify(changed, null, indent)}\n`;
  if (JSON.stringify(changed) !== JSON.stringify(manifest)) await writeFileAtomic(file, after);
  return showChange(file, before, after) || `${file} names the weights.`;
}
