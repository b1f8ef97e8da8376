import { ModalkitError, type Tensor } from '@modalkit/contract';
import type { HostBatch } from '../data/index.js';
import { maskPolicies } from '../masking/mask-policies.js';
import { alignInput, forward } from './forward.js';
import type { Model } from './model.js';
import type { StepBatch } from './step-batch.js';
import type { Pass } from './step-context.js';

/** Names the term that is not finite, whose value it was and the inputs it reads; the step's update was skipped already. */
export function lossError(
  model: Model,
  step: number,
  measured: Readonly<Record<string, number>>,
  draws: readonly { readonly batch: HostBatch }[],
  batches: readonly StepBatch[],
): ModalkitError {
  const { objectives, inputNames } = model.runtime;
  const bad = Object.keys(measured).find((name) => name.startsWith('loss/') && !Number.isFinite(measured[name]));
  const name = bad?.split('/')[1];
  const objective = name ? objectives[name] : undefined;
  const inputs = objective?.inputs ?? inputNames;
  const [found] = batches.flatMap((batch) => blameValue(model, batch) ?? []);
  const by = found ?? (objective && `terms of ${objective.id} (objectives/${name})`);
  const samples = draws.flatMap(({ batch }) => batch.ids);
  return new ModalkitError(
    'LOSS',
    `Step ${step + 1}: ${bad ?? 'the gradient'} is not finite${by ? `, by ${by}` : ''} (inputs ${inputs.join(', ')}; samples ${samples.slice(0, 5).join(', ')}, …); the weights were left as they were. Lower train.learningRate, or look at these samples.`,
    { term: bad, inputs, samples },
  );
}

/**
 * Goes through a batch once more, operation by operation, and names the first plugin that gives a value that is not finite;
 * undefined when the model gives none.
 */
function blameValue(model: Model, batch: StepBatch): string | undefined {
  const { runtime, backend, weights } = model;
  const { tf } = backend;
  const finite = (...tensors: Tensor[]) => tensors.every((x) => Boolean(tf.all(tf.isFinite(x)).dataSync()[0]));
  let blamed: string | undefined;
  tf.tidy(() => {
    const weight = (name: string) => weights.get(name)?.variable;
    const pass: Pass = { backend, space: runtime.config.space, training: true, key: batch.key, weight };
    const policies = maskPolicies(model, pass, batch);
    const input = runtime.inputNames.find((name) => {
      const there = batch.inputs[name];
      if (!there) return false;
      const { values, pooled } = alignInput(model, pass, runtime.inputs[name]!, there, policies[name]);
      return !finite(values, pooled);
    });
    if (input) blamed = `encode or align of ${runtime.inputs[input]!.adapter.id} (inputs/${input})`;
    if (input) return;
    const { fused, outputs } = forward(model, batch, { training: true });
    if (fused && !finite(fused.values, fused.pooled)) blamed = `fuse of ${runtime.fusion!.id} (fusion)`;
    const output = Object.keys(outputs).find((name) => !finite(outputs[name]!));
    const head = output?.split('/')[0];
    if (head) blamed ??= `predict of ${runtime.heads[head]!.id} (heads/${head})`;
  });
  return blamed;
}
