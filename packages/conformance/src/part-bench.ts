import { jsBackend } from '@modalkit/backend/js';
import {
  FUSION,
  HEAD,
  type HeadFit,
  type Json,
  OBJECTIVE,
  type StepContext,
  type TargetSpec,
  type Tensor,
  type Tf,
} from '@modalkit/contract';
import { createTestModel } from '@modalkit/toolkit/testing';
import type { Model } from './adapter-bench.js';
import { type BatchOptions, type BatchParts, type MadeBatch, makeBatch, WIDTH } from './made-batch.js';
import { offFirstValues } from './off-first-values.js';
import type { PartCase } from './part-case.js';
import { broken } from './promised.js';
import { type Provided, providedBy } from './provided-by.js';

/** What all parts of a model have in common: they take a batch and give named tensors. */
export interface ModelPart {
  readonly kind: 'fusion' | 'head' | 'objective';
  readonly options: Json;
  readonly inputs: readonly string[];
  readonly targets: Readonly<Record<string, TargetSpec>>;
  /** Results have a row a sample; otherwise they are sums over the batch. */
  readonly byRow: boolean;
  /** What it measures after training, in place of learning by gradients. */
  readonly fits?: readonly HeadFit[];
  /** It says that it reads pooled vectors, presence and targets alone. */
  readonly fromPooled?: boolean;
  declare(model: Model, inputs: readonly string[]): void;
  run(batch: MadeBatch, step: StepContext): Readonly<Record<string, Tensor>>;
}

/** A part made ready on plain JS, and batches for it. */
export interface PartBench {
  readonly given: PartCase;
  readonly part: ModelPart;
  readonly provided: Provided;
  readonly tf: Tf;
  readonly model: Model;
  batch(options?: BatchOptions): MadeBatch;
  run(batch: MadeBatch): Readonly<Record<string, Tensor>>;
}

/** @throws ModalkitError PLUGIN when values of a column are missing, or init fails */
export async function openPartBench(given: PartCase): Promise<PartBench> {
  const { tf } = await jsBackend();
  const provided = providedBy(given.plugin, 'heads/tried');
  const part = modelPart(provided);
  const names = given.inputs ?? (part.inputs.length > 0 ? part.inputs : ['a', 'b']);
  const parts: BatchParts = {
    inputs: [...names].sort(),
    targets: columnsOf(given, part),
    outputs: given.outputs ?? {},
  };
  const model: Model = createTestModel({ tf, state: undefined, width: WIDTH, training: false });
  part.declare(model, parts.inputs);
  offFirstValues(tf, model.weights);
  return {
    ...{ given, part, provided, tf, model },
    batch: (options) => makeBatch(tf, parts, options),
    run: (batch) => part.run(batch, model.step),
  };
}

function columnsOf({ targets = {} }: PartCase, part: ModelPart): BatchParts['targets'] {
  return Object.fromEntries(
    Object.entries(part.targets).map(([name, spec]) => {
      const values =
        targets[name] ?? broken(`It reads the column "${name}": give \`targets: { ${name}: [four values] }\`.`);
      return [name, { spec, values }];
    }),
  );
}

/** The fusion, head or objective of a plugin in one form. @throws ModalkitError PLUGIN when it has none */
export function modelPart(provided: Provided): ModelPart {
  const [fusion, head, objective] = [provided.get(FUSION), provided.get(HEAD), provided.get(OBJECTIVE)];
  if (fusion)
    return {
      ...{ kind: 'fusion', options: fusion.options, inputs: fusion.inputs ?? [], targets: {}, byRow: true },
      declare: ({ init }, inputs) => fusion.init(inputs, init),
      run: ({ view }, step) => {
        const inputs = Object.entries(view.inputs).map(([name, input]) => ({ ...input, name }));
        const { values, valid, pooled } = fusion.fuse(inputs, step);
        const real = step.tf.cast(step.tf.expandDims(valid, 2), 'float32');
        return { pooled, sum: step.tf.sum(step.tf.mul(values, real), 1) };
      },
    };
  if (head)
    return {
      ...{ kind: 'head', options: head.options, inputs: head.inputs ?? [], targets: head.targets ?? {}, byRow: true },
      fits: head.fits,
      declare: ({ init }) => head.init(init, {}),
      run: ({ view }, step) => head.predict(view, step),
    };
  if (!objective) return broken('The plugin provides neither a fusion nor a head nor an objective.');
  const { options, inputs = [], hidden = [], targets = {} } = objective;
  return {
    ...{ kind: 'objective', options, inputs: [...new Set([...inputs, ...hidden])], targets, byRow: false },
    fromPooled: objective.fromPooled,
    declare: ({ init }, names) => objective.init?.(init, names),
    run: ({ view }, step) =>
      Object.fromEntries(
        Object.entries(objective.terms(view, step)).flatMap(([name, { sum, count }]) => [
          [`${name}/sum`, sum],
          [`${name}/count`, count],
        ]),
      ),
  };
}
