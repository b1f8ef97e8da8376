import type { AdapterStream, Tensor } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import type { Runtime } from '../compose/index.js';
import { bucketLength } from '../data/bucket-of.js';
import { collateItems } from '../data/collate-items.js';
import { timedGuard } from '../data/hook-guard.js';
import type { HostInput } from '../data/host-batch.js';
import { openWorkshop } from '../data/workshop.js';
import { type Match, Searcher } from '../search/index.js';
import { fusionInputs } from '../train/declare-weights.js';
import { forward } from '../train/forward.js';
import { type OpenRunOptions, openModel } from '../train/open-run.js';
import { stepBatch } from '../train/step-batch.js';
import { classHeads } from './class-heads.js';
import type { LiveClass } from './live-report.js';

/** What the model makes of windows. */
export interface Inference {
  /** Unit pooled vector `[width]` of the input that was asked about. */
  readonly vector: Float32Array;
  readonly classes: readonly LiveClass[];
}

/** A trained model that is asked about one moment at a time. */
export interface LiveModel {
  readonly runtime: Runtime;
  /** Of the checkpoint. */
  readonly step: number;
  /** Folders of newer checkpoints that were damaged, and why. */
  readonly skipped: readonly { readonly folder: string; readonly reason: string }[];
  /** Cuts the stream of an input into windows. @throws ModalkitError when the input's adapter cannot */
  cut(input: string): AdapterStream;
  /**
   * Embeds what `prepared` holds of an input, and asks the heads that read it.
   * @param prepared one prepared sample of each input at hand; the model's other inputs are absent
   * @throws ModalkitError that names the plugin, when a sample cannot be collated
   */
  infer(input: string, prepared: Readonly<Record<string, unknown>>): Promise<Inference>;
  /** Best matches among the evaluated split's samples of an input, by cosine similarity. */
  search(vector: Float32Array, input: string, limit: number): Promise<readonly Match[]>;
  dispose(): Promise<void>;
}

/** Opens the newest checkpoint of a run for live input. @throws ModalkitError USAGE or CHECKPOINT */
export async function openLiveModel(options: OpenRunOptions): Promise<LiveModel> {
  const { runtime, backend, folder } = options;
  const { model, step, skipped } = await openModel(options);
  const { tf } = backend;
  const guard = timedGuard(runtime);
  // Nothing is cached: what comes live comes once.
  const project = { ...runtime, data: { ...runtime.data, cache: false as const } };
  const states = Object.fromEntries(
    Object.values(runtime.inputs).map(({ name, stateOf }) => [name, model.states[stateOf]]),
  );
  const workshop = openWorkshop(project, states, runtime.folder, guard, () => undefined);

  const collate = async (input: string, item: unknown): Promise<HostInput> => {
    const { adapter } = runtime.inputs[input]!;
    const least = item === undefined ? bucketLength(1, runtime.data.buckets) : 0;
    const length = adapter.length ? Math.max(least, item === undefined ? 0 : adapter.length(item)) : 0;
    const { arrays, bad } = await collateItems(workshop, input, [item], length, [0]);
    if (!arrays || bad.size > 0) throw bad.get(0);
    return { arrays, present: { dtype: 'bool', shape: [1], data: Uint8Array.of(item === undefined ? 0 : 1) } };
  };

  const infer: LiveModel['infer'] = async (input, prepared) => {
    const heads = classHeads(runtime, input, Object.keys(prepared));
    const absent = heads.some(({ fused }) => fused) ? fusionInputs(runtime).filter((name) => !(name in prepared)) : [];
    const inputs: Record<string, HostInput> = {};
    for (const name of [...Object.keys(prepared), ...absent]) inputs[name] = await collate(name, prepared[name]);
    const read = tf.tidy(() => {
      const batch = stepBatch(tf, { ids: [''], inputs, targets: {}, quarantined: [] }, 0, 0);
      const view = forward(model, batch, { training: false });
      const logits = heads.map(({ head }) => view.outputs[`${head}/logits`]!);
      return [l2Normalise(tf, view.inputs[input]!.pooled), ...logits.map((each) => tf.softmax(each as never))];
    }) as Tensor[];
    try {
      const [vector, ...rows] = (await Promise.all(read.map((tensor) => tensor.data()))) as Float32Array[];
      return { vector: vector!, classes: heads.map((head, at) => head.best(rows[at]!)) };
    } finally {
      tf.dispose(read);
    }
  };

  // The first pass through a backend is slow: an empty moment takes it, not the first window.
  const nothing: Record<string, HostInput> = {};
  for (const name of runtime.inputNames) nothing[name] = await collate(name, undefined);
  tf.tidy(() => {
    forward(model, stepBatch(tf, { ids: [''], inputs: nothing, targets: {}, quarantined: [] }, 0, 0), {
      training: false,
    });
  });

  const searcher = new Searcher(tf, folder);
  return {
    ...{ runtime, step, skipped, infer },
    cut: (input) => runtime.inputs[input]!.adapter.stream!(workshop.contexts[input]!),
    search: (vector, to, limit) => searcher.search(vector, to, limit),
    dispose: async () => {
      await searcher.dispose();
      model.dispose();
      await runtime.dispose();
    },
  };
}
