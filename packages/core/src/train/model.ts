import type { Backend, HostArray, Tensor, Tf, Variable } from '@modalkit/contract';
import { codeDigest } from '../compose/code-digest.js';
import type { Runtime } from '../compose/index.js';
import { digest } from '../data/digest.js';
import { pretrainedWeights } from '../pretrained/pretrained-weights.js';
import { checkWeights } from './check-checkpoint.js';
import { declareWeights, type States } from './declare-weights.js';
import { initialValues } from './initial-values.js';
import { ReadyPrograms } from './ready-programs.js';
import type { WeightSpec } from './weight-spec.js';

/** A project with weights: what trains, evaluates and answers. */
export interface Model {
  readonly runtime: Runtime;
  readonly backend: Backend;
  readonly states: States;
  /** By name, sorted. */
  readonly weights: ReadonlyMap<string, { readonly spec: WeightSpec; readonly variable: Variable }>;
  /** Numbers in all weights together. */
  readonly parameters: number;
  /** What runs on it, captured where the backend can. */
  readonly programs: ReadyPrograms;
  dispose(): void;
}

/**
 * Makes a model with first values drawn from the project's seed or of pretrained inputs, or with those of a checkpoint.
 * @param notice told why something isn't captured
 * @throws ModalkitError CHECKPOINT when that is of another model
 */
export function createModel(
  runtime: Runtime,
  backend: Backend,
  states: States,
  saved?: { readonly weights: ReadonlyMap<string, HostArray>; readonly folder: string },
  notice: (sentence: string) => void = () => undefined,
): Model {
  const { tf } = backend;
  const specs = declareWeights(runtime, states);
  if (saved) checkWeights(specs, saved.weights, saved.folder);
  const given = saved?.weights ?? pretrainedWeights(runtime.inputs);
  const names = [...specs.keys()].sort();
  const weights = new Map(
    names.map((name) => {
      const spec = specs.get(name)!;
      const values = given.get(name)?.data ?? initialValues(spec, runtime.seed);
      const variable = tf.tidy(() =>
        tf.variable(tf.tensor(values as Float32Array, [...spec.shape], 'float32'), spec.trainable),
      );
      return [name, { spec, variable }] as const;
    }),
  );
  const programs = new ReadyPrograms(backend, runtime.config.train.eager, () => identityOf(runtime, states), notice);
  return {
    runtime,
    backend,
    states,
    weights,
    parameters: [...specs.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    programs,
    dispose: () => {
      programs.dispose();
      backend.tf.dispose([...weights.values()].map(({ variable }) => variable));
    },
  };
}

/** Of all that the model's computations follow from; none for a project without a config file. */
function identityOf({ configPath, resolved, plugins }: Runtime, states: States): string | undefined {
  if (configPath === undefined) return undefined;
  return digest(codeDigest(configPath), resolved, plugins, states);
}

/** Every weight's tensor, by name. */
export function weightsOf(model: Model): Record<string, Tensor> {
  return Object.fromEntries([...model.weights].map(([name, { variable }]) => [name, variable]));
}

/** Reads every weight, by name. */
export async function readWeights(model: Model): Promise<Map<string, HostArray>> {
  const read = new Map<string, HostArray>();
  for (const [name, { spec, variable }] of model.weights) {
    read.set(name, { dtype: 'float32', shape: spec.shape, data: (await variable.data()) as Float32Array });
  }
  return read;
}

/** Overwrites weights in place with values by name. */
export function writeWeights(model: Model, values: ReadonlyMap<string, HostArray>): void {
  for (const [name, { spec, variable }] of model.weights) {
    const value = values.get(name);
    if (value) assign(model.backend.tf, variable, value.data as Float32Array, spec.shape);
  }
}

function assign(tf: Tf, variable: Variable, data: Float32Array, shape: readonly number[]): void {
  tf.tidy(() => variable.assign(tf.tensor(data, [...shape], 'float32') as Tensor));
}
