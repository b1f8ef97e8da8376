import { existsSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isModalkitError, ModalkitError } from '@modalkit/contract';
import { z } from 'zod';
import { sha256 } from '../checkpoint/manifest.js';
import { hashConfined } from '../data/read-confined.js';

const MANIFEST = 'manifest.json';
const FOREIGN = new Set([MANIFEST, 'node_modules', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock']);
/** Largest file of an exported model, in bytes. */
const LARGEST = 64 * 2 ** 30;

const schema = z.strictObject({
  format: z.literal('modalkit-model'),
  version: z.literal(1),
  step: z.int().min(0),
  created: z.iso.datetime(),
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(4096),
        size: z.int().min(1).max(LARGEST),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(100_000),
});

/** What an exported model says of itself (`manifest.json`): every file with its size in bytes and its hash. */
export type ModelManifest = z.output<typeof schema>;

/** The manifest of an exported model. @returns its content and its hash, by which a user may pin the whole folder */
export function encodeModelManifest(manifest: Omit<ModelManifest, 'format' | 'version'>) {
  const content = `${JSON.stringify({ format: 'modalkit-model', version: 1, ...manifest }, undefined, 1)}\n`;
  return { content, sha256: sha256(content) };
}

/**
 * Checks every file of an exported model, before any of its code is run; the folder of a run has nothing to check.
 * @param expected SHA-256 of manifest.json
 * @throws ModalkitError CHECKPOINT naming the file that is missing, changed or none of the model's
 */
export async function checkModelFolder(folder: string, expected?: string): Promise<void> {
  const path = join(folder, MANIFEST);
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) {
    if (expected === undefined && !existsSync(join(folder, 'MODEL_CARD.md'))) return;
    throw refusal(path, 'is missing: the model is incomplete, or is none');
  }
  if (expected !== undefined && sha256(content) !== expected)
    throw refusal(path, `has the hash ${sha256(content)}, not ${expected}: it is another model`);
  const listed = new Map(parsed(path, content).files.map((file) => [file.path, file]));
  for (const name of await modelFiles(folder))
    if (!listed.has(name)) throw refusal(join(folder, name), 'is no file of the model');
  for (const { path: name, size, sha256: stated } of listed.values())
    if (hashed(folder, name, size) !== stated)
      throw refusal(join(folder, name), 'is not as it was exported: its hash is another');
  const { configPath } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8').catch(() => '{}'));
  if (!listed.has('run.json') || !listed.has(configPath))
    throw refusal(join(folder, 'run.json'), 'is missing, or names a config that is no file of the model');
}

/** Files of a model's folder, by their paths with `/`: all but the manifest, empty ones, and what a package manager puts there. */
export async function modelFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  const list = async (below: string) => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (below === '' && FOREIGN.has(name)) continue;
      if (entry.isDirectory()) await list(name);
      else if ((await lstat(join(folder, name))).size > 0) names.push(name);
    }
  };
  await list('');
  return names.sort();
}

function parsed(path: string, content: string): ModelManifest {
  try {
    return schema.parse(JSON.parse(content));
  } catch (error) {
    throw refusal(path, 'is damaged, or of a newer version', error);
  }
}

function hashed(folder: string, name: string, size: number): string {
  try {
    return hashConfined(folder, name, size).hash;
  } catch (error) {
    if (!isModalkitError(error)) throw error;
    const missing = /is missing/.test(error.message);
    throw refusal(
      join(folder, name),
      missing ? 'is missing' : 'is not as it was exported: it is larger, empty or no regular file of the folder',
      error,
    );
  }
}

function refusal(file: string, problem: string, cause?: unknown): ModalkitError {
  return new ModalkitError('CHECKPOINT', `${file} ${problem}; copy or export the model again.`, { file }, cause);
}
