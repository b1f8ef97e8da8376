import { join, resolve } from 'node:path';
import { ModalkitError, type Sample } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';

/** A folder's files by the input that takes each, as samples named by their paths, and those that none takes. */
export interface TakenFiles {
  readonly taken: ReadonlyMap<string, readonly Sample[]>;
  readonly passedOver: readonly string[];
}

/** Files that adapters look at together. */
const TOGETHER = 32;

/**
 * Asks the inputs that read files which of a folder's are theirs.
 * @param files by their paths from `root`
 * @param named the only input that is asked
 * @throws ModalkitError USAGE when several take a file, or none reads files; STOPPED
 */
export async function takenFiles(
  runtime: Runtime,
  root: string,
  files: readonly string[],
  { named, signal }: { readonly named?: string; readonly signal?: AbortSignal },
): Promise<TakenFiles> {
  const inputs = asked(runtime, named);
  const taken = new Map<string, Sample[]>();
  const passedOver: string[] = [];
  for (let from = 0; from < files.length; from += TOGETHER) {
    if (signal?.aborted)
      throw new ModalkitError('STOPPED', 'Stopped while the files were looked at; no index was written.');
    const some = files.slice(from, from + TOGETHER);
    const takers = await Promise.all(some.map((file) => takersOf(runtime, inputs, root, file)));
    for (const [at, file] of some.entries()) {
      const [first, second] = takers[at]!;
      if (second) throw ambiguous(file, first!.input, second.input);
      if (!first) {
        passedOver.push(file);
        continue;
      }
      if (!taken.has(first.input)) taken.set(first.input, []);
      taken.get(first.input)!.push(first.sample);
    }
  }
  return { taken, passedOver };
}

/** The inputs that may take files: those that read some, and of inputs with the same weights the one that they are named after. */
function asked({ inputs, inputNames }: Runtime, named: string | undefined): readonly string[] {
  const reading = Object.values(inputs).filter(({ adapter }) => adapter.files && adapter.accepts);
  const names = reading.map(({ name }) => name);
  if (named === undefined && names.length > 0)
    return reading.filter(({ name, stateOf }) => stateOf === name || !names.includes(stateOf)).map(({ name }) => name);
  if (named !== undefined && names.includes(named)) return [named];
  const problem =
    named === undefined
      ? `No input of this run takes files (${inputNames.join(', ')})`
      : inputs[named]
        ? `Input "${named}" (${inputs[named].adapter.id}) takes no files`
        : `There is no input "${named}"`;
  const help = names.length > 0 ? `name one of ${names.join(', ')}` : 'train one with an input that does';
  throw new ModalkitError('USAGE', `${problem}; ${help}.`);
}

async function takersOf({ inputs }: Runtime, names: readonly string[], root: string, file: string) {
  const path = join(resolve(root), file);
  const takers: { input: string; sample: Sample }[] = [];
  for (const input of names) {
    const raw = await inputs[input]!.adapter.accepts!(path);
    if (raw === undefined) continue;
    takers.push({ input, sample: { id: file, inputs: { [input]: fromFolder(raw, path, file) }, targets: {} } });
  }
  return takers;
}

/** The same sample with the file's path from the folder in place of the absolute one, as samples of a manifest have it. */
function fromFolder(raw: unknown, path: string, file: string): unknown {
  if (raw === path) return file;
  if (Array.isArray(raw)) return raw.map((item) => fromFolder(item, path, file));
  if (raw === null || Object.getPrototypeOf(raw) !== Object.prototype) return raw;
  return Object.fromEntries(Object.entries(raw as object).map(([key, item]) => [key, fromFolder(item, path, file)]));
}

function ambiguous(file: string, first: string, second: string): ModalkitError {
  return new ModalkitError(
    'USAGE',
    `"${file}": the inputs ${first} and ${second} both take it; name one of them (--input ${first}).`,
    { file },
  );
}
