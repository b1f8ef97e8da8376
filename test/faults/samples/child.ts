// Runs in a process of its own that is not root's: reads a dataset as a run does, and says what became of each sample.
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { DataSource, Scope } from '@modalkit/contract';
import {
  type DataProject,
  dataOptions,
  fitAdapters,
  type HostBatch,
  jsonl,
  loadDataset,
} from '../../../packages/core/src/data/index.js';
import { openLoader } from '../../../packages/core/src/data/loader.js';
import { audioAdapter } from '../../../plugins/audio/src/audio-adapter.js';
import { parseAudioOptions } from '../../../plugins/audio/src/audio-options.js';
import { sensorAdapter } from '../../../plugins/sensor/src/sensor-adapter.js';
import { parseSensorOptions } from '../../../plugins/sensor/src/sensor-options.js';
import { videoAdapter } from '../../../plugins/video/src/video-adapter.js';
import { parseVideoOptions } from '../../../plugins/video/src/video-options.js';

/** What the process is told, and what it tells. */
export interface Task {
  readonly manifest: string;
  readonly input: 'audio' | 'video' | 'sensor';
  readonly batch: number;
  readonly budget: number;
  /** The control: an adapter that gives what it made last instead of an error. */
  readonly hides: boolean;
}
export interface Told {
  readonly error?: { readonly code: string; readonly message: string };
  readonly quarantined: readonly Record<string, string>[];
  /** Ids of one epoch in their order, and a digest of all arrays. */
  readonly ids: readonly string[];
  readonly arrays: string;
  /** Calls of `prepare`. */
  readonly prepared: number;
}

const ADAPTERS = {
  audio: () => audioAdapter(parseAudioOptions({ rate: 8000, mels: 20, encoder: 'cnn', stages: [8], width: 8 })),
  video: () => videoAdapter(parseVideoOptions({ size: 16, channels: 1, patch: 8, maxFrames: 2 })),
  sensor: () => sensorAdapter(parseSensorOptions({ channels: ['x', 'y'], rate: 100, window: 0.1 })),
};

let prepared = 0;

function projectOf({ manifest, input, batch, budget, hides }: Task): DataProject {
  const adapter = ADAPTERS[input]() as DataProject['inputs'][string]['adapter'];
  let last: unknown;
  const prepare: typeof adapter.prepare = async (...given) => {
    prepared++;
    const made = adapter.prepare(...given);
    last = hides ? await made.catch(() => last) : await made;
    return last;
  };
  let source: DataSource | undefined;
  const provide = (_: unknown, make: () => unknown) => {
    source = make() as DataSource;
  };
  jsonl({ path: manifest }).setup({ provide } as unknown as Scope);
  return {
    folder: dirname(manifest),
    inputs: { [input]: { name: input, adapter: { ...adapter, prepare }, list: 1, stateOf: input } },
    targets: {},
    source: source!,
    data: dataOptions.parse({ batch, budget, workers: 0, cache: hides ? 'hidden' : 'cache', timeLimit: 30 }),
    seed: 5,
  };
}

async function run(task: Task): Promise<Omit<Told, 'prepared'>> {
  const project = projectOf(task);
  const dataset = await loadDataset(project);
  const states = await fitAdapters(project, dataset.samples, dataset.root);
  const loader = openLoader(project, states, dataset.root);
  const { splits, quarantined } = await loader.scan(dataset, { splits: ['train'] });
  const plan = loader.plan(splits.train!, { training: true });
  const stream = loader.batches(splits.train!, plan, { from: 0, to: plan.stepsPerEpoch, training: true });
  const hash = createHash('sha256');
  const ids: string[] = [];
  for await (const { batch } of stream) {
    ids.push(...batch.ids);
    addTo(hash, batch);
  }
  return { quarantined: quarantined as never, ids, arrays: hash.digest('hex') };
}

function addTo(hash: ReturnType<typeof createHash>, { inputs }: HostBatch): void {
  for (const { arrays } of Object.values(inputs))
    for (const name of Object.keys(arrays).sort()) {
      const { buffer, byteOffset, byteLength } = arrays[name]!.data;
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
}

const task = JSON.parse(process.argv[2]!) as Task;
const told = await run(task).catch((error) => ({
  error: { code: error.code, message: error.message },
  quarantined: [],
  ids: [],
  arrays: '',
}));
process.stdout.write(JSON.stringify({ ...told, prepared }), () => process.exit(0));
