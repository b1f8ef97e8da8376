import { lstat, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Backend, type HostContext, ModalkitError } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { hostContext } from '../data/index.js';
import { writeRaw } from '../decode/write-raw.js';
import { Searcher } from '../search/index.js';
import { checkComposition } from './check-checkpoint.js';
import { embedRaw } from './embed.js';
import { previewOf } from './evaluate.js';
import { loadTrained } from './load-trained.js';
import { withoutLowRank } from './low-rank.js';
import { createModel, type Model } from './model.js';
import type { OpenRun } from './run-types.js';

export interface OpenRunOptions {
  readonly runtime: Runtime;
  readonly backend: Backend;
  readonly folder: string;
}

/**
 * Opens a trained run to ask it questions.
 * @throws ModalkitError USAGE when there is no checkpoint, CHECKPOINT when it is damaged or of other plugins
 */
export async function openRun(options: OpenRunOptions): Promise<OpenRun> {
  const { model, step, skipped } = await openModel(options);
  const { runtime, folder } = options;
  const { root } = await runtime.source.load({
    folder: runtime.folder,
    inputs: runtime.inputNames,
    targets: Object.keys(runtime.targets),
  });
  const searcher = new Searcher(options.backend.tf, folder);
  const context = (input: string) =>
    hostContext(input, model.states[runtime.inputs[input]!.stateOf], root, runtime.data.fileLimit);
  const locate = (path: string) => locateArgument(path, runtime.data.fileLimit);
  const named = (input: string): HostContext => ({
    ...context(input),
    locate,
    read: async (path) => readFile(await locate(path)),
  });
  return {
    step,
    runtime,
    skipped,
    embed: (input, raw) => embedRaw(model, known(runtime, input), raw, named(input)),
    accept: (argument, among) => accept(runtime, argument, among),
    write: (head, raw, options) => writeRaw(model, head, raw, named, options),
    search: async (vector, input, limit) => searcher.search(vector, known(runtime, input), limit),
    preview: (input, raw) => previewOf(model, known(runtime, input), raw, context(input)),
    dispose: async () => {
      await searcher.dispose();
      model.dispose();
      await runtime.dispose();
    },
  };
}

/** The model of a run's newest good checkpoint: its averaged weights where it has some. */
export async function openModel({ runtime, backend, folder }: OpenRunOptions) {
  const { weights, states, step, skipped, ...trained } = await loadTrained(folder, (plugins) =>
    checkComposition(runtime.plugins, plugins, folder),
  );
  const model: Model = createModel(withoutLowRank(runtime), backend, states, { weights, folder: trained.folder });
  return { model, step, skipped };
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

function known(runtime: Runtime, input: string): string {
  if (!runtime.inputs[input])
    throw new ModalkitError('USAGE', `There is no input "${input}"; there are: ${runtime.inputNames.join(', ')}.`);
  return input;
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
