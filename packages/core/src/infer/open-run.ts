import { lstat, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type HostContext, ModalkitError } from '@modalkit/contract';
import type { Config, Runtime } from '../compose/index.js';
import type { HostInput } from '../data/host-batch.js';
import { hostContext } from '../data/index.js';
import { onlyWritingHead } from '../decode/only-writing-head.js';
import { writeRaw } from '../decode/write-raw.js';
import { openSession } from '../live/open-session.js';
import { Searcher } from '../search/index.js';
import { fusionInputs } from '../train/declare-weights.js';
import { embedRaw } from '../train/embed.js';
import type { Model } from '../train/model.js';
import { type OpenModelOptions, openModel } from '../train/open-model.js';
import { rawInput } from '../train/raw-input.js';
import { type Answers, type Asker, asker } from './asker.js';
import { headsAsked } from './heads-asked.js';
import type { AskOptions, OpenRun, Raw } from './run-answers.js';
import { unlessAborted } from './unless-aborted.js';

export interface OpenRunOptions extends OpenModelOptions {
  /** Whether a sample may name a file, by its path from the current folder: not where strangers ask. True when left out. */
  readonly files?: boolean;
  /** Folder whose index is searched, such as one that `embedFolder` wrote to; the run's own when left out. */
  readonly index?: string;
}

/**
 * Opens a trained run to ask it questions; its data is not needed.
 * @throws ModalkitError USAGE when there is no checkpoint, CHECKPOINT when it is damaged or of other plugins
 */
export async function openRun<C = Config>(options: OpenRunOptions): Promise<OpenRun<C>> {
  const { model, step, skipped } = await openModel(options);
  const { ask } = asker(model);
  const { runtime, folder, files = true, index = folder } = options;
  const searcher = new Searcher(options.backend.tf, index);
  const named = (input: string) => namedFiles(model, input, files);
  let disposed: Promise<void> | undefined;
  const work = <T>({ signal }: AskOptions = {}, begin: () => Promise<T>): Promise<T> => {
    if (disposed) throw new ModalkitError('USAGE', `${folder}: the run was disposed; load it again.`);
    return unlessAborted(signal, begin);
  };
  const answers = (raw: Raw, options?: AskOptions) =>
    work(options, () => askRaw(model, ask, known(runtime, raw), named, options?.signal));
  const vectorOf = async (asked: Float32Array | Raw, options?: AskOptions): Promise<Float32Array> => {
    if (asked instanceof Float32Array) return asked;
    const [[input, raw], ...more] = Object.entries(known(runtime, asked)) as [[string, unknown]];
    if (more.length > 0) throw new ModalkitError('USAGE', 'A search is by one input; give a sample of one.');
    return embedRaw(model, input, [raw], named(input), options?.signal);
  };
  const dispose = () => {
    disposed ??= (async () => {
      await searcher.dispose();
      model.dispose();
      await runtime.dispose();
    })();
    return disposed;
  };
  const run: OpenRun = {
    ...{ step, runtime, folder, skipped, dispose, [Symbol.asyncDispose]: dispose },
    embed: (input, raw, options) =>
      work(options, async () => {
        known(runtime, { [input]: raw });
        return embedRaw(model, input, raw, named(input), options?.signal);
      }),
    embedFolder: (from, options) =>
      work(undefined, async () => (await import('./embed-folder.js')).embedFolder(model, step, from, options)),
    accept: (argument, among) => accept(runtime, argument, among),
    classify: async (raw, options) => (await answers(raw, options)).classes,
    score: async (raw, options) => (await answers(raw, options)).scores,
    ask: (raw, { head, ...options } = {}) =>
      work(options, async () => writeRaw(model, head ?? onlyWritingHead(runtime), known(runtime, raw), named, options)),
    search: (asked, to, top = 5, options) =>
      work(options, async () => {
        known(runtime, { [to]: true });
        return searcher.search(await vectorOf(asked, options), to, top);
      }),
    live: (sources, options) => openSession(model, searcher, sources, options),
    inspect: (options = {}) =>
      work(options, async () => (await import('./inspect-sample.js')).inspectSample(model, options)),
  };
  return run as OpenRun<C>;
}

/** What the heads say of one raw sample: those that read an input that it has. */
async function askRaw(
  model: Model,
  ask: Asker['ask'],
  raw: Raw,
  named: (input: string) => HostContext,
  signal: AbortSignal | undefined,
): Promise<Answers> {
  const { runtime } = model;
  const given = Object.keys(raw);
  const heads = headsAsked(runtime, given);
  const absent = heads.some((head) => runtime.heads[head]!.needsFusion) ? fusionInputs(runtime) : [];
  const inputs: Record<string, HostInput> = {};
  // In one order, so that what a sample has decides nothing but shapes.
  for (const name of [...new Set([...given, ...absent])].sort()) {
    inputs[name] = await rawInput(model, name, [raw[name]], named(name));
    signal?.throwIfAborted();
  }
  return ask(inputs, heads);
}

/** The inputs that a sample has. @throws ModalkitError USAGE when there is none, or one that the run has not */
function known(runtime: Runtime, raw: Raw): Raw {
  if (typeof raw !== 'object' || raw === null)
    throw new ModalkitError('USAGE', `A sample is an object of its inputs by name, not ${JSON.stringify(raw)}.`);
  const given = Object.entries(raw).filter(([, value]) => value !== undefined);
  const names = given.map(([name]) => name);
  const unknown = names.find((name) => !runtime.inputs[name]);
  if (unknown !== undefined)
    throw new ModalkitError('USAGE', `There is no input "${unknown}"; there are: ${runtime.inputNames.join(', ')}.`);
  if (names.length > 0) return Object.fromEntries(given);
  throw new ModalkitError('USAGE', `Nothing is asked about; give one of the inputs ${runtime.inputNames.join(', ')}.`);
}

/** Adapters that read files are asked first: any words would do for one that takes words. */
async function accept(
  { inputs, inputNames }: Runtime,
  argument: string,
  among = inputNames,
): Promise<{ input: string; raw: unknown } | undefined> {
  const asked = Object.values(inputs).filter(({ name }) => among.includes(name));
  const parts = asked.sort((a, b) => Number(!a.adapter.files) - Number(!b.adapter.files));
  for (const { name, adapter } of parts) {
    const raw = await adapter.accepts?.(argument);
    if (raw !== undefined) return { input: name, raw };
  }
  return undefined;
}

/** Files are where a sample says, seen from the current folder. */
function namedFiles({ runtime, states }: Model, input: string, allowed: boolean): HostContext {
  const { fileLimit } = runtime.data;
  const locate = async (path: string) => (allowed ? locateArgument(path, fileLimit) : refuseFile(input));
  const context = hostContext(input, states[runtime.inputs[input]!.stateOf], process.cwd(), fileLimit);
  return { ...context, locate, read: async (path) => readFile(await locate(path)) };
}

function refuseFile(input: string): never {
  throw new ModalkitError('SAMPLE', `Input "${input}": samples may not name files here; give the content itself.`);
}

/** A file that a person named: any place, but only a regular file within the limit. */
async function locateArgument(path: string, limitMib: number): Promise<string> {
  const file = resolve(path);
  const { size, isFile } = await lstat(file).then((state) => ({
    size: state.size,
    isFile: state.isFile() || state.isSymbolicLink(),
  }));
  if (!isFile || size > limitMib * 2 ** 20)
    throw new ModalkitError('SAMPLE', `${file}: not a file of at most ${limitMib} MiB; name another.`, { file });
  return file;
}
