import type { Quarantined, Reporter, RunEvent, Sample } from '@modalkit/contract';
import { inHook } from '../compose/hook-marks.js';
import type { Runtime } from '../compose/index.js';
import { withLimit } from '../compose/with-limit.js';
import { reasonOf } from '../data/failure.js';
import { fitAdapters, type LoadedDataset, loadDataset, type Scan, type States } from '../data/index.js';
import { type Loader, openLoader } from '../data/loader.js';

/** Samples of a project made ready: adapters fitted, every sample looked at once. */
export interface OpenData {
  readonly dataset: LoadedDataset;
  readonly states: States;
  readonly loader: Loader;
  readonly scan: Scan;
}

export interface OpenDataOptions {
  /** States of a checkpoint; fitted on the training split when left out. */
  readonly states?: States;
  /** States of some inputs, in place of what would be fitted. */
  readonly known?: States;
  readonly splits: readonly string[];
  readonly signal?: AbortSignal;
  report(event: RunEvent): void;
  /** Called before every sample is looked at, which may take long, with a few of the training split. */
  beforeScan?(loader: Loader, states: States, some: readonly Sample[]): Promise<void>;
}

/** Loads the dataset, fits the adapters and scans the splits. */
export async function openData(
  runtime: Runtime,
  { states: given, known, splits, signal, report, beforeScan }: OpenDataOptions,
): Promise<OpenData> {
  const { split, only } = runtime.config.train;
  const dataset = await loadDataset(runtime, { split, only });
  const training = dataset.samples.filter((sample) => sample.split === split);
  if (dataset.leftOut)
    report({
      kind: 'notice',
      message: `train.only ${JSON.stringify(only)}: ${training.length} samples of split "${split}" are kept, ${dataset.leftOut} are left out.`,
    });
  const onFit = (input: string, done: number, total: number) =>
    report({ kind: 'progress', task: `fitting ${input}, samples`, done, total });
  const fitted = given ?? (await fitAdapters(runtime, training, dataset.root, { signal, onProgress: onFit }));
  const states = { ...fitted, ...known };
  const onNotice = (message: string) => report({ kind: 'notice', message });
  const loader = openLoader(runtime, states, dataset.root, { signal, onNotice });
  try {
    await beforeScan?.(loader, states, training.slice(0, 8));
    const onProgress = (done: number, total: number) =>
      report({ kind: 'progress', task: 'scanning samples', done, total });
    const scan = await loader.scan(dataset, { splits, onProgress });
    return { dataset, states, loader, scan };
  } catch (error) {
    await loader.close();
    throw error;
  }
}

/** Sends every event to every reporter; one that throws is left out from then on, and the others are told. */
export function fanOut(reporters: readonly Reporter[]): (event: RunEvent) => void {
  const live = new Set(reporters);
  const send = (event: RunEvent): void => {
    for (const reporter of live) {
      try {
        inHook({ slot: 'reporters', plugin: reporter.id, hook: 'report' }, () => reporter.report(event));
      } catch (error) {
        live.delete(reporter);
        send({ kind: 'notice', message: `Reporter ${reporter.id} failed and is left out: ${reasonOf(error)}` });
      }
    }
  };
  return send;
}

const CLOSE_MS = 5000;

/** Closes every reporter; one that fails or hangs keeps nobody else open. */
export async function closeAll(reporters: readonly Reporter[], report: (event: RunEvent) => void): Promise<void> {
  for (const reporter of reporters) {
    const close = async () =>
      inHook({ slot: 'reporters', plugin: reporter.id, hook: 'close' }, () => reporter.close?.());
    await withLimit(close, CLOSE_MS).catch((error) => {
      report({ kind: 'notice', message: `Reporter ${reporter.id} did not close: ${reasonOf(error)}` });
    });
  }
}

/** Samples quarantined so far, each once, in the order they were found. */
export class Quarantine {
  private readonly byKey = new Map<string, Quarantined>();

  constructor(known: readonly Quarantined[]) {
    this.add(known);
  }

  /** @returns the ones that are new */
  add(samples: readonly Quarantined[]): readonly Quarantined[] {
    const fresh = samples.filter((sample) => !this.byKey.has(keyOf(sample)));
    for (const sample of fresh) this.byKey.set(keyOf(sample), sample);
    return fresh;
  }

  get list(): readonly Quarantined[] {
    return [...this.byKey.values()];
  }
}

function keyOf({ id, file, input, stage }: Quarantined): string {
  return JSON.stringify([id, file, input, stage]);
}
