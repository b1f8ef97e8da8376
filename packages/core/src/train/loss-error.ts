import { ModalkitError } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import type { HostBatch } from '../data/index.js';

/** Names the term that is not finite and the inputs it reads; the step's update was skipped already. */
export function lossError(
  runtime: Runtime,
  step: number,
  measured: Readonly<Record<string, number>>,
  draws: readonly { readonly batch: HostBatch }[],
): ModalkitError {
  const bad = Object.keys(measured).find((name) => name.startsWith('loss/') && !Number.isFinite(measured[name]));
  const objective = bad ? runtime.objectives[bad.split('/')[1]!] : undefined;
  const inputs = objective?.inputs ?? runtime.inputNames;
  const ids = draws.flatMap(({ batch }) => batch.ids).slice(0, 5);
  return new ModalkitError(
    'LOSS',
    `Step ${step}: ${bad ?? 'the gradient'} is not finite (inputs ${inputs.join(', ')}; samples ${ids.join(', ')}, …); the weights were left as they were. Lower train.learningRate, or look at these samples.`,
    { term: bad, inputs, samples: draws.flatMap(({ batch }) => batch.ids) },
  );
}
