import type { InitContext, Initialiser, StepContext, Tensor, Tf, Variable } from '@modalkit/contract';
import { hashName } from './hash-name.js';
import { hostNormal, hostRandom } from './host-random.js';
import { philox4x32 } from './philox.js';

export interface TestModelOptions<State> {
  readonly tf: Tf;
  /** What `fit` would have returned. */
  readonly state: State;
  readonly seed?: number;
  /** Width of the joint space; default 8. */
  readonly width?: number;
  /** Default true. */
  readonly training?: boolean;
  /** Number of the training step: another one gives other random numbers. Default 0. */
  readonly stepNumber?: number;
}

export interface TestModel<State> {
  readonly init: InitContext<State>;
  readonly step: StepContext<State>;
  /** A step of another number, or in training or evaluation, with the same weights. */
  stepAt(at: Pick<TestModelOptions<State>, 'training' | 'stepNumber'>): StepContext<State>;
  /** What was declared so far, by full name. */
  readonly weights: Map<string, Variable>;
  dispose(): void;
}

/**
 * Contexts for unit tests of layers, adapters, fusions and objectives: weights in a map, random numbers by Philox from
 * (seed, step number, purpose). Steps of one seed differ by `stepNumber` only.
 * @throws Error when a weight is declared twice or read undeclared
 */
export function createTestModel<State = undefined>(options: TestModelOptions<State>): TestModel<State> {
  const weights = new Map<string, Variable>();
  return {
    init: initContext(options, weights, ''),
    step: stepContext(options, weights, ''),
    stepAt: (at) => stepContext({ ...options, ...at }, weights, ''),
    weights,
    dispose: () => options.tf.dispose([...weights.values()]),
  };
}

function initContext<State>(
  options: TestModelOptions<State>,
  weights: Map<string, Variable>,
  prefix: string,
): InitContext<State> {
  const { tf, state, seed = 0, width = 8 } = options;
  return {
    state,
    space: { width },
    weight: (name, shape, initialiser, { trainable = true } = {}) => {
      const full = prefix + name;
      if (weights.has(full)) throw new Error(`Weight "${full}" is declared twice.`);
      const values = tf.tensor(draw(initialiser, seed, full, size(shape)), [...shape], 'float32');
      weights.set(full, tf.variable(values, trainable));
      values.dispose();
    },
    scope: (name) => initContext(options, weights, `${prefix}${name}/`),
  };
}

function stepContext<State>(
  options: TestModelOptions<State>,
  weights: ReadonlyMap<string, Variable>,
  prefix: string,
): StepContext<State> {
  const { tf, state, seed = 0, width = 8, training = true, stepNumber = 0 } = options;
  return {
    tf,
    state,
    space: { width },
    training,
    weight: (name) => {
      const weight = weights.get(prefix + name);
      if (!weight) throw new Error(`Weight "${prefix + name}" was not declared.`);
      return weight;
    },
    random: {
      uniform: (purpose, shape) => uniformTensor(tf, shape, [seed, stepNumber, hashName(prefix + purpose)]),
    },
    scope: (name) => stepContext(options, weights, `${prefix}${name}/`),
  };
}

const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

function uniformTensor(tf: Tf, shape: readonly number[], [seed, step, purpose]: [number, number, number]): Tensor {
  const values = Float32Array.from(
    { length: size(shape) },
    (_, index) => (philox4x32([index, 0, 0, 0], [seed ^ step, purpose])[0] >>> 8) * 2 ** -24,
  );
  return tf.tensor(values, [...shape], 'float32');
}

function draw(initialiser: Initialiser, seed: number, name: string, count: number): Float32Array {
  const random = hostRandom(seed, 0, name);
  const fill = (value: (index: number) => number) => Float32Array.from({ length: count }, (_, index) => value(index));
  const uniform = (limit: number) => fill((index) => (2 * random.uniform('initial', index) - 1) * limit);
  const normal = (std: number) => fill((index) => std * hostNormal(random, 'initial', index));
  switch (initialiser.kind) {
    case 'zeros':
      return new Float32Array(count);
    case 'ones':
      return new Float32Array(count).fill(1);
    case 'constant':
      return new Float32Array(count).fill(initialiser.value);
    case 'values':
      return Float32Array.from(initialiser.values);
    case 'normal':
      return normal(initialiser.std);
    case 'he':
      return normal(Math.sqrt(2 / initialiser.fanIn));
    case 'uniform':
      return uniform(initialiser.limit);
    case 'glorot':
      return uniform(Math.sqrt(6 / (initialiser.fanIn + initialiser.fanOut)));
  }
}
