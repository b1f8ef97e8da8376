import { lstat, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Backend, type HostContext, ModalkitError } from '@modalkit/contract';
import { type LoadedCheckpoint, openCheckpoints } from '../checkpoint/index.js';
import type { Runtime } from '../compose/index.js';
import { hostContext } from '../data/index.js';
import { writeRaw } from '../decode/write-raw.js';
import { Searcher } from '../search/index.js';
import { BEST_FOLDER } from './best-evaluation.js';
import { type ComposedPlugins, checkComposition } from './check-checkpoint.js';
import { embedRaw } from './embed.js';
import { previewOf } from './evaluate.js';
import { createModel, type Model } from './model.js';
import type { OpenRun } from './run-types.js';
import { type SavedState, statesOf } from './saved-state.js';

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
  const checkpoints = await openCheckpoints(join(folder, 'checkpoints'), { keep: runtime.config.train.keep });
  const loaded = await checkpoints.latest();
  if (!loaded)
    throw new ModalkitError('USAGE', `${folder}: there is no checkpoint; train first, or name a run with --run.`, {
      folder,
    });
  checkComposition(runtime.plugins, (loaded.documents.plugins ?? []) as unknown as ComposedPlugins, loaded.folder);
  const { tensors, step, skipped, ...chosen } = await bestOf(loaded, { runtime, folder });
  const weights = new Map(tensors.weights);
  for (const [name, value] of tensors.optimiser ?? []) {
    if (name.startsWith('average/')) weights.set(name.slice('average/'.length), value);
  }
  const model: Model = createModel(runtime, backend, statesOf(loaded), { weights, folder: chosen.folder });
  return { model, step, skipped };
}

/** The checkpoint of the best evaluation where the run keeps it, else the newest. */
async function bestOf(
  newest: LoadedCheckpoint,
  { runtime, folder }: Pick<OpenRunOptions, 'runtime' | 'folder'>,
): Promise<LoadedCheckpoint> {
  const { best } = newest.documents.state as unknown as SavedState;
  if (!runtime.config.train.best || !best || best.step === newest.step) return newest;
  const kept = await openCheckpoints(join(folder, BEST_FOLDER), { keep: 2 });
  try {
    return { ...(await kept.load(best.step)), skipped: newest.skipped };
  } catch (error) {
    const damaged = { folder: join(kept.folder, `step ${best.step}`), reason: (error as Error).message };
    return { ...newest, skipped: [...newest.skipped, damaged] };
  }
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
