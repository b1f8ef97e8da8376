import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostArray, type Json, type Measured, ModalkitError } from '@modalkit/contract';
import { onDisk } from '../checkpoint/disk-error.js';
import { encodeDocument } from '../checkpoint/document.js';
import { encodeManifest, sha256 } from '../checkpoint/manifest.js';
import { packState } from '../checkpoint/pack-state.js';
import { writeFileAtomic } from '../checkpoint/write-file-atomic.js';
import { writeSafetensors } from '../checkpoint/write-safetensors.js';
import { checkReferences } from '../compose/check-names.js';
import type { Runtime } from '../compose/index.js';
import { loadDataset } from '../data/index.js';
import { checkComposition } from '../train/check-checkpoint.js';
import { loadTrained } from '../train/load-trained.js';
import type { AdapterDocument } from './adapter-document.js';
import { modelCard } from './model-card.js';
import { spaceOfRun } from './space-of-run.js';

export interface ExportOptions {
  readonly runtime: Runtime;
  /** Run folder. */
  readonly folder: string;
  /** Name of the input. */
  readonly input: string;
  /** Where the weights go. */
  readonly to: string;
  /** SPDX expression under which they may be used. */
  readonly licence: string;
  /** What they were trained on, in words: where it is from, its licence. */
  readonly about?: string;
  /** Most bytes of all files together. */
  readonly limit?: number;
}

/** What was written. */
export interface Exported extends Pick<AdapterDocument, 'adapter' | 'space'> {
  readonly step: number;
  /** Of manifest.json. */
  readonly sha256: string;
  readonly bytes: number;
  readonly files: readonly string[];
  /** Damaged checkpoints that were passed over. */
  readonly skipped: readonly { readonly folder: string; readonly reason: string }[];
}

/** Files that an earlier export may have left and this one not write. */
const OPTIONAL = ['state.json', 'state.safetensors'];

/**
 * Writes one adapter's trained weights, its fitted state and a model card into a folder; the manifest comes last.
 * @throws ModalkitError USAGE when there is no such input, or none of its own; PLUGIN above `limit`; DISK
 */
export async function exportAdapter(options: ExportOptions): Promise<Exported> {
  const { runtime, folder, input, to, licence, limit } = options;
  const { adapter } = ownInput(runtime, input);
  const { weights, states, step, skipped } = await loadTrained(folder, (plugins) =>
    checkComposition(runtime.plugins, plugins, folder),
  );
  const { inputs, objectives, ...space } = spaceOfRun(runtime, weights, input);
  const own = weightsOf(weights, input);
  const document: AdapterDocument = {
    adapter: adapter.id,
    prepare: adapter.version,
    options: JSON.parse(JSON.stringify(adapter.options)),
    space,
    weights: Object.fromEntries([...own].map(([name, { shape }]) => [name, [...shape]])),
    licence,
  };
  const files = encode(document, own, states[input]);
  const bytes = [...files.values()].reduce((sum, data) => sum + data.length, 0);
  if (limit !== undefined && bytes > limit) throw tooLarge(adapter.id, bytes, limit);
  const listed = [...files].map(([name, data]) => ({ name, size: data.length, sha256: sha256(data) }));
  const manifest = encodeManifest({ step, created: new Date().toISOString(), files: listed });
  const card = modelCard({
    document,
    partners: inputs.filter((name) => name !== input).map((name) => `${name} (${runtime.inputs[name]!.adapter.id})`),
    objectives: objectives.map((name) => `${name} (${runtime.objectives[name]!.id})`),
    step,
    seed: runtime.seed,
    about: options.about ?? runtime.config.description,
    splits: await splitSizes(runtime),
    source: runtime.source.id,
    metrics: await metricsOf(folder),
    sha256: sha256(manifest),
  });
  await onDisk(to, () => mkdir(to, { recursive: true }));
  for (const name of OPTIONAL)
    if (!files.has(name)) await onDisk(join(to, name), () => rm(join(to, name), { force: true }));
  const all = new Map<string, Uint8Array | string>([...files, ['MODEL_CARD.md', card], ['manifest.json', manifest]]);
  for (const [name, data] of all) await writeFileAtomic(join(to, name), data);
  return { adapter: adapter.id, space, step, skipped, sha256: sha256(manifest), bytes, files: [...all.keys()] };
}

function ownInput(runtime: Runtime, input: string) {
  checkReferences('export', 'input', [input], runtime.inputNames);
  const part = runtime.inputs[input]!;
  if (part.stateOf !== input)
    throw new ModalkitError('USAGE', `inputs/${input} uses the weights of "${part.stateOf}"; export that one.`);
  if (part.pretrained?.realign)
    throw new ModalkitError(
      'USAGE',
      `inputs/${input} is realigned: its weights are those of ${part.pretrained.adapter}, in their own space; with \`realign: false, freeze: false\` they are trained and can be exported.`,
    );
  return part;
}

function weightsOf(weights: ReadonlyMap<string, HostArray>, input: string): Map<string, HostArray> {
  const own = [...weights].filter(([name]) => name.startsWith(`${input}/`));
  return new Map(own.map(([name, array]) => [name.slice(input.length + 1), array]));
}

function encode(document: AdapterDocument, weights: ReadonlyMap<string, HostArray>, state: unknown) {
  const json = (value: Json, name: string) => new TextEncoder().encode(encodeDocument(value, name));
  const files = new Map<string, Uint8Array>([
    ['adapter.json', json(document as unknown as Json, 'adapter')],
    ['weights.safetensors', writeSafetensors(weights)],
  ]);
  if (state === undefined) return files;
  const packed = packState(state);
  files.set('state.json', json(packed.json, 'state'));
  if (packed.tensors.size > 0) files.set('state.safetensors', writeSafetensors(packed.tensors));
  return files;
}

async function splitSizes(runtime: Runtime): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const { split } of (await loadDataset(runtime, runtime.config.train)).samples)
    sizes[split] = (sizes[split] ?? 0) + 1;
  return sizes;
}

/** What the run's evaluation measured; nothing of a run that was never evaluated. */
async function metricsOf(folder: string): Promise<Record<string, Measured>> {
  const written = await readFile(join(folder, 'evaluation.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(written) as { values?: Record<string, Measured> }).values ?? {};
}

function tooLarge(id: string, bytes: number, limit: number): ModalkitError {
  const [has, most] = [bytes, limit].map((count) => (count / 2 ** 20).toFixed(1));
  return new ModalkitError(
    'PLUGIN',
    `The weights of ${id} have ${has} MiB, and registries refuse packages above ${most}: write them elsewhere with --to <folder>, publish that folder where large files may be, and have projects name it, \`pretrained: { … : { from: './folder', sha256: '…' } }\`.`,
    { bytes, limit },
  );
}
