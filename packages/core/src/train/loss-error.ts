import { ModalkitError, type Tensor } from '@modalkit/contract';
import type { HostBatch } from '../data/index.js';
import { forward } from './forward.js';
import type { Model } from './model.js';
import type { StepBatch } from './step-batch.js';

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
  const { runtime, backend } = model;
  const { tf } = backend;
  const finite = (...tensors: Tensor[]) => tensors.every((x) => Boolean(tf.all(tf.isFinite(x)).dataSync()[0]));
  const blame = () => {
    const { inputs, fused, outputs } = forward(model, batch, { training: true });
    const input = Object.keys(inputs).find((name) => !finite(inputs[name]!.values, inputs[name]!.pooled));
    if (input) return `encode or align of ${runtime.inputs[input]!.adapter.id} (inputs/${input})`;
    if (fused && !finite(fused.values, fused.pooled)) return `fuse of ${runtime.fusion!.id} (fusion)`;
    const output = Object.keys(outputs).find((name) => !finite(outputs[name]!));
    const head = output?.split('/')[0];
    return head && `predict of ${runtime.heads[head]!.id} (heads/${head})`;
  };
  return tf.tidy(() => blame() as never);
}
