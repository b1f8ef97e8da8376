import {
  CONTRACT,
  DATA_SOURCE,
  type DataSource,
  type Dataset,
  definePlugin,
  FUSION,
  type Fusion,
  HEAD,
  type Head,
  type InitContext,
  type ModelView,
  OBJECTIVE,
  type Objective,
  type Plugin,
  type StepContext,
  type TargetSpec,
  type Tensor,
  type Token,
} from '@modalkit/contract';
import { initLinear, linear, maskedMean, parseOptions, zeroInvalid } from '@modalkit/toolkit';
import { z } from 'zod';

const options = z.strictObject({ weight: z.number().min(0).default(1) });

function plugin<T extends object>(
  id: string,
  token: Token<T>,
  good: (weight: number) => T,
  change: (good: T) => object,
): Plugin {
  const factory = definePlugin((given: object = {}) => {
    const { weight } = parseOptions(options, given, id);
    const make = () => {
      const part = good(weight);
      return { ...part, ...change(part) };
    };
    return { id, contract: CONTRACT, setup: (scope) => scope.provide(token, make) };
  });
  return factory();
}

/** Pooled vectors and means of tokens of all inputs, each through a layer of its own, added up. */
const goodFusion = (): Fusion => ({
  id: 'sum',
  options: { weight: 1 },
  init: (inputs, context) => {
    for (const name of inputs) initLinear(context, name, context.space.width, context.space.width);
  },
  fuse: (inputs, context) => {
    const { tf } = context;
    const valid = tf.concat(
      inputs.map((input) => input.valid),
      1,
    );
    const layers = inputs.map(({ name, values }) => linear(context, name, values));
    const values = zeroInvalid(tf, tf.concat(layers, 1), valid);
    let start = 0;
    const spans = inputs.map((input) => {
      const span = { start, end: start + input.valid.shape[1]! };
      start = span.end;
      return [input.name, span] as const;
    });
    return { values, valid, spans: Object.fromEntries(spans), pooled: maskedMean(tf, values, valid) };
  },
});

export const fusionPlugin = (change: (good: Fusion) => object = () => ({})) =>
  plugin('sum', FUSION, goodFusion, change);

/** The good fusion with what it gives changed. */
export const fused = (change: (fused: ReturnType<Fusion['fuse']>, context: StepContext) => object) =>
  fusionPlugin(({ fuse }) => ({
    fuse: (...args: Parameters<Fusion['fuse']>) => {
      const given = fuse(...args);
      return { ...given, ...change(given, args[1]) };
    },
  }));

const column: TargetSpec<number> = {
  schema: z.number(),
  collate: (values) => ({
    dtype: 'float32',
    shape: [values.length],
    data: Float32Array.from(values, (value) => value ?? 0),
  }),
};

const goodHead = (): Head => ({
  id: 'guess',
  options: { weight: 1 },
  targets: { size: column as TargetSpec },
  needsFusion: true,
  init: (context) => initLinear(context, 'out', context.space.width, 1),
  predict: ({ fused }, context) => ({ size: context.tf.squeeze(linear(context, 'out', fused!.pooled), [1]) }),
});

export const headPlugin = (change: (good: Head) => object = () => ({})) => plugin('guess', HEAD, goodHead, change);

/** (pooled . direction - size)^2 over the samples that have the input `a` and the size, of a direction that is learnt. */
const goodObjective = (weight: number): Objective => ({
  id: 'distance',
  options: { weight },
  weight,
  inputs: ['a'],
  targets: { size: column as TargetSpec },
  acrossBatch: false,
  init: (context: InitContext) => context.weight('direction', [context.space.width], { kind: 'normal', std: 1 }),
  terms: (view: ModelView, { tf, weight: get }: StepContext) => {
    const { size } = view.targets;
    const known = tf.cast(tf.logicalAnd(view.inputs.a!.present, size!.valid), 'float32');
    const found = tf.sum(tf.mul(view.inputs.a!.pooled, get('direction')), 1);
    return { distance: { sum: tf.sum(tf.mul(tf.square(tf.sub(found, size!.values)), known)), count: tf.sum(known) } };
  },
});

export const objectivePlugin = (change: (good: Objective) => object = () => ({})) =>
  plugin('distance', OBJECTIVE, goodObjective, change);

/** The good objective with its one term changed. */
export const scored = (
  change: (term: { readonly sum: Tensor; readonly count: Tensor }, view: ModelView, context: StepContext) => object,
) =>
  objectivePlugin(({ terms }) => ({
    terms: (...args: Parameters<Objective['terms']>) => {
      const { distance } = terms(...args);
      return { distance: { ...distance, ...change(distance!, ...args) } };
    },
  }));

const goodSource = (): DataSource => ({
  id: 'list',
  options: { weight: 1 },
  load: async ({ folder }) => ({
    root: folder,
    samples: [
      { id: 'one', inputs: { a: 1 }, targets: { size: 2 } },
      { id: 'two', inputs: {}, targets: {} },
    ],
    rejected: [{ id: 'line 3', stage: 'read', code: 'DATA', reason: 'it is empty' }],
  }),
});

export const sourcePlugin = (change: (dataset: Dataset) => object = () => ({})) =>
  plugin('list', DATA_SOURCE, goodSource, ({ load }) => ({
    load: async (...args: Parameters<DataSource['load']>) => {
      const dataset = await load(...args);
      return { ...dataset, ...change(dataset) };
    },
  }));
