import type { AdapterStream, StandardScores } from '@modalkit/contract';
import { bucketLength } from '../data/bucket-of.js';
import { collateItems } from '../data/collate-items.js';
import { timedGuard } from '../data/hook-guard.js';
import type { HostInput } from '../data/host-batch.js';
import { openWorkshop } from '../data/workshop.js';
import { type Answers, asker, type SampleInputs } from '../infer/asker.js';
import { fusionInputs } from '../train/declare-weights.js';
import type { Model } from '../train/model.js';

/** A trained model that is asked about the windows of one moment at a time. */
export interface LiveWindows {
  /** What cuts the stream of each input that is fed into windows. */
  readonly cuts: Readonly<Record<string, AdapterStream>>;
  /** How a prepared sample of an input lies against what was learnt in training; nothing where its adapter does not say. */
  scores(input: string, prepared: unknown): readonly StandardScores[];
  /** The arrays of a prepared sample. @throws ModalkitError that names the plugin, when it cannot be collated */
  collate(input: string, prepared: unknown): Promise<HostInput>;
  /**
   * Asks heads about what is at hand, and embeds inputs of it.
   * @param collated arrays of each input at hand; the model's other inputs are absent
   */
  ask(collated: SampleInputs, heads: readonly string[], embedded?: readonly string[]): Promise<Answers>;
}

/**
 * Makes a model ready for live input; the first window is then as fast as the others, where adapters say how long windows are.
 * @param fed the inputs that windows come of
 * @throws ModalkitError when an adapter cannot cut live input
 */
export async function liveWindows(model: Model, fed: readonly string[]): Promise<LiveWindows> {
  const { runtime, states } = model;
  const { inputs, heads } = runtime;
  // Nothing is cached: what comes live comes once.
  const project = { ...runtime, data: { ...runtime.data, cache: false as const } };
  const own = Object.values(inputs).map(({ name, stateOf }) => [name, states[stateOf]]);
  const workshop = openWorkshop(project, Object.fromEntries(own), runtime.folder, timedGuard(runtime), () => undefined);
  const contextOf = (input: string) => workshop.contexts[input]!;
  const cuts = Object.fromEntries(fed.map((input) => [input, inputs[input]!.adapter.stream!(contextOf(input))]));

  const collateTo = async (input: string, item: unknown, length: number): Promise<HostInput> => {
    const { arrays, bad } = await collateItems(workshop, input, [item], length, [0]);
    if (!arrays || bad.size > 0) throw bad.get(0);
    return { arrays, present: { dtype: 'bool', shape: [1], data: Uint8Array.of(item === undefined ? 0 : 1) } };
  };
  // An absent input is as long as a present one, so that one graph serves whatever is at hand.
  const lengths: Record<string, number> = {};
  const absent: Record<string, HostInput> = {};
  const makeRoom = async (input: string, length: number) => {
    lengths[input] = length;
    absent[input] = await collateTo(input, undefined, length);
  };
  const fused = Object.values(heads).some(({ needsFusion }) => needsFusion) ? fusionInputs(runtime) : [];
  for (const input of [...new Set([...fed, ...fused])].sort()) {
    const least = bucketLength(1, runtime.data.buckets);
    await makeRoom(input, inputs[input]!.adapter.length ? (cuts[input]?.length ?? least) : 0);
  }

  const { ask, ready } = asker(model, 'pass of a live sample');
  await ready(absent);
  return {
    cuts,
    scores: (input, prepared) => inputs[input]!.adapter.standardScores?.(prepared, contextOf(input)) ?? [],
    collate: async (input, prepared) => {
      const length = inputs[input]!.adapter.length?.(prepared) ?? 0;
      if (length <= lengths[input]!) return collateTo(input, prepared, lengths[input]!);
      const longer = bucketLength(length, runtime.data.buckets);
      // What is longer than its adapter says windows are is an exception: the others stay as they are.
      if (cuts[input]?.length === undefined) await makeRoom(input, longer);
      return collateTo(input, prepared, longer);
    },
    ask: (collated, heads, embedded) => ask({ ...absent, ...collated }, heads, embedded),
  };
}
