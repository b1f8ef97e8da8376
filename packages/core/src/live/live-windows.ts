import type { AdapterStream, StandardScores } from '@modalkit/contract';
import { bucketLength } from '../data/bucket-of.js';
import { collateItems } from '../data/collate-items.js';
import { timedGuard } from '../data/hook-guard.js';
import type { HostInput } from '../data/host-batch.js';
import { openWorkshop } from '../data/workshop.js';
import { type Answers, askHeads } from '../infer/ask-heads.js';
import { fusionInputs } from '../train/declare-weights.js';
import type { Model } from '../train/model.js';

/** A trained model that is asked about the windows of one moment at a time. */
export interface LiveWindows {
  /** Cuts the stream of an input into windows. @throws ModalkitError when the input's adapter cannot */
  cut(input: string): AdapterStream;
  /** How a prepared sample of an input lies against what was learnt in training; nothing where its adapter does not say. */
  scores(input: string, prepared: unknown): readonly StandardScores[];
  /**
   * Asks heads about what is at hand, and embeds an input of it.
   * @param prepared one prepared sample of each input at hand; the model's other inputs are absent
   * @throws ModalkitError that names the plugin, when a sample cannot be collated
   */
  ask(prepared: Readonly<Record<string, unknown>>, heads: readonly string[], embedded?: string): Promise<Answers>;
}

/** Makes a model ready for live input; the first window is then as fast as the others. */
export async function liveWindows(model: Model): Promise<LiveWindows> {
  const { runtime, states } = model;
  // Nothing is cached: what comes live comes once.
  const project = { ...runtime, data: { ...runtime.data, cache: false as const } };
  const own = Object.values(runtime.inputs).map(({ name, stateOf }) => [name, states[stateOf]]);
  const workshop = openWorkshop(project, Object.fromEntries(own), runtime.folder, timedGuard(runtime), () => undefined);

  const collate = async (input: string, item: unknown): Promise<HostInput> => {
    const { adapter } = runtime.inputs[input]!;
    const least = item === undefined ? bucketLength(1, runtime.data.buckets) : 0;
    const length = adapter.length ? Math.max(least, item === undefined ? 0 : adapter.length(item)) : 0;
    const { arrays, bad } = await collateItems(workshop, input, [item], length, [0]);
    if (!arrays || bad.size > 0) throw bad.get(0);
    return { arrays, present: { dtype: 'bool', shape: [1], data: Uint8Array.of(item === undefined ? 0 : 1) } };
  };

  const ask: LiveWindows['ask'] = async (prepared, heads, embedded) => {
    const fused = heads.some((head) => runtime.heads[head]!.needsFusion);
    const names = new Set([...Object.keys(prepared), ...(fused ? fusionInputs(runtime) : [])]);
    const inputs: Record<string, HostInput> = {};
    for (const name of names) inputs[name] = await collate(name, prepared[name]);
    return askHeads(model, inputs, heads, embedded === undefined ? [] : [embedded]);
  };

  // The first pass through a backend is slow: an empty moment takes it, not the first window.
  const nothing: Record<string, HostInput> = {};
  for (const name of runtime.inputNames) nothing[name] = await collate(name, undefined);
  await askHeads(model, nothing, Object.keys(runtime.heads), runtime.inputNames);
  const context = (input: string) => workshop.contexts[input]!;
  return {
    ask,
    scores: (input, prepared) => runtime.inputs[input]!.adapter.standardScores?.(prepared, context(input)) ?? [],
    cut: (input) => runtime.inputs[input]!.adapter.stream!(context(input)),
  };
}
