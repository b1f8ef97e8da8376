import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import type { z } from 'zod';
import { type CpuProfile, cpuProfileSchema } from './flame-tree.js';
import {
  evaluationSchema,
  eventSchema,
  partsSchema,
  quarantinedSchema,
  runSchema,
  summarySchema,
} from './run-schemas.js';

/** A file's content, or why there is none, as a sentence for the page. */
export type Found<T> = { readonly content: T } | { readonly missing: string };

/** All that a run folder says. Lines of the JSONL files that do not fit are left out. */
export interface Run {
  readonly about: Found<z.infer<typeof runSchema>>;
  readonly metrics: Found<readonly z.infer<typeof eventSchema>[]>;
  readonly evaluation: Found<z.infer<typeof evaluationSchema>>;
  readonly quarantine: Found<readonly z.infer<typeof quarantinedSchema>[]>;
  readonly summary: Found<z.infer<typeof summarySchema>>;
  readonly parts: Found<z.infer<typeof partsSchema>>;
  readonly profile: Found<CpuProfile>;
}

/** Reads a run folder; each of its files may be missing. @throws ModalkitError USAGE when there is no such folder */
export async function readRun(folder: string): Promise<Run> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new ModalkitError('USAGE', `${folder} is not a run folder; name the folder of a run.`, { folder });
  return {
    about: await readJson(folder, 'run.json', runSchema),
    metrics: await readLines(folder, 'metrics.jsonl', eventSchema),
    evaluation: await readJson(folder, 'evaluation.json', evaluationSchema),
    quarantine: await readLines(folder, 'quarantine.jsonl', quarantinedSchema),
    summary: await readJson(folder, 'summary.json', summarySchema),
    parts: await readJson(folder, 'parts.json', partsSchema),
    profile: await readJson(folder, 'profile.cpuprofile', cpuProfileSchema),
  };
}

async function readJson<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<Found<T>> {
  const text = await readText(folder, name);
  if (text === undefined) return { missing: `There is no ${name} in the run folder.` };
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return { content: parsed.data };
  const [issue] = parsed.error.issues;
  return { missing: `${name} cannot be shown: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}.` };
}

async function readLines<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<Found<readonly T[]>> {
  const text = await readText(folder, name);
  if (text === undefined) return { missing: `There is no ${name} in the run folder.` };
  const lines = text.split('\n').map((line) => schema.safeParse(parseJson(line)));
  return { content: lines.flatMap((parsed) => (parsed.success ? [parsed.data] : [])) };
}

async function readText(folder: string, name: string): Promise<string | undefined> {
  return readFile(join(folder, name), 'utf8').catch(() => undefined);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
