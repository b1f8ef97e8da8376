import { performance } from 'node:perf_hooks';
import { serialize } from 'node:v8';
import type { Sample } from '@modalkit/contract';
import type { DataProject, InputPart } from './data-project.js';
import { digest } from './digest.js';
import { placed } from './failure.js';
import type { Hook } from './hook-guard.js';
import { validate } from './validate.js';
import type { Workshop } from './workshop.js';

/** A sample ready for `augment` and `collate`. */
export interface PreparedSample {
  /** Items of each present input; an item of a list may be absent. */
  readonly inputs: Readonly<Record<string, readonly unknown[]>>;
  /** Validated values. */
  readonly targets: Readonly<Record<string, unknown>>;
}

/** Milliseconds from which a sample without files is worth a place on disk. */
const WORTH_STORING = 1;

/**
 * Validates and prepares all parts of a sample, from the cache where it can.
 * @param row of the sample in its job, for the guard
 * @throws ModalkitError placed at the input and stage that failed
 */
export async function prepareSample(workshop: Workshop, sample: Sample, row: number): Promise<PreparedSample> {
  return {
    inputs: await prepareInputs(workshop, sample, row),
    targets: await validTargets(workshop.project, sample),
  };
}

/** The inputs alone. */
export async function prepareInputs(
  workshop: Workshop,
  sample: Sample,
  row: number,
): Promise<PreparedSample['inputs']> {
  const inputs: Record<string, unknown[]> = {};
  for (const part of Object.values(workshop.project.inputs)) {
    const items = itemsOf(part, sample.inputs[part.name]);
    if (items.every((item) => item == null)) continue;
    inputs[part.name] = [];
    for (const item of items)
      inputs[part.name]!.push(item == null ? undefined : await prepareItem(workshop, part, item, row));
  }
  return inputs;
}

/** Validated targets of a sample. */
export async function validTargets(project: DataProject, sample: Sample): Promise<PreparedSample['targets']> {
  const targets: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries(project.targets)) {
    if (sample.targets[name] == null) continue;
    targets[name] = await validate(schema, sample.targets[name]).catch((error) => {
      throw placed(error, { stage: 'validate', who: `target "${name}"` });
    });
  }
  return targets;
}

/** The raw items of an input: several only when the input holds a list. */
export function itemsOf({ name, list }: InputPart, raw: unknown): readonly unknown[] {
  if (raw == null) return [];
  if (list === 1 || !Array.isArray(raw)) return [raw];
  if (raw.length <= list) return raw;
  const who = `input "${name}"`;
  throw placed(new Error(`has ${raw.length} items, its list holds at most ${list}; raise the list or shorten it`), {
    input: name,
    stage: 'validate',
    who,
  });
}

/** One item of an input, from the cache where it can. @throws ModalkitError placed at the stage that failed */
export async function prepareItem(workshop: Workshop, part: InputPart, raw: unknown, row: number): Promise<unknown> {
  const key = digest(workshop.keys[part.name], raw);
  const known = workshop.memory.get(key);
  if (known) return known.value;
  const call = caller(workshop, part, row);
  const value = await call('validate', 'validate', () => validate(part.adapter.sample, raw));
  const files = await call('files', 'read', () => part.adapter.files?.(value) ?? []);
  const contents = new Map<string, { hash: string; bytes?: Uint8Array }>();
  for (const file of files) contents.set(file, await call('files', 'read', () => workshop.identify(file), file));
  const place = digest(
    key,
    [...contents.values()].map(({ hash }) => hash),
  );
  const entry = workshop.cache.get(place) ?? (await prepareAfresh(workshop, part, value, contents, row, place));
  workshop.memory.set(key, entry);
  return entry.value;
}

async function prepareAfresh(
  workshop: Workshop,
  part: InputPart,
  raw: unknown,
  contents: ReadonlyMap<string, { readonly bytes?: Uint8Array }>,
  row: number,
  place: string,
): Promise<{ value: unknown; bytes: number }> {
  const shared = workshop.contexts[part.name]!;
  const state = part.adapter.fitPrepared ? undefined : shared.state;
  const context = { ...shared, state, read: async (path: string) => contents.get(path)?.bytes ?? shared.read(path) };
  const call = caller(workshop, part, row);
  const started = performance.now();
  const file = contents.keys().next().value;
  const value = await call('prepare', 'prepare', async () => made(await part.adapter.prepare(raw, context)), file);
  const elapsed = performance.now() - started;
  const payload = await call('prepare', 'prepare', () => serialize(value), file);
  if (contents.size > 0 || elapsed >= WORTH_STORING) workshop.cache.put(place, payload);
  return { value, bytes: payload.length };
}

/** What a hook made of a sample. @throws Error when it is nothing, which would stand for an absent input */
export function made<T>(value: T): T {
  if (value == null) throw new Error(`it returned ${value}; give what collate takes`);
  return value;
}

type StagedCall = <T>(
  hook: Hook,
  stage: 'validate' | 'read' | 'prepare',
  run: () => T | Promise<T>,
  file?: string,
) => Promise<T>;

/** Calls hooks of one input under guard; what they throw is placed. */
function caller(workshop: Workshop, part: InputPart, row: number): StagedCall {
  return async (hook, stage, run, file) => {
    try {
      return await workshop.guard({ input: part.name, hook, row }, run);
    } catch (error) {
      throw placed(error, { input: part.name, stage, who: `plugin "${part.adapter.id}": ${hook}`, file });
    }
  };
}
