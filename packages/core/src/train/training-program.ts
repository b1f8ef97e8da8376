import type { Program, Tensor } from '@modalkit/contract';
import type { Cut } from './pieces.js';
import type { StepBatch } from './step-batch.js';
import { BALANCER_WEIGHTS, type Trainable } from './trainable.js';
import { measuredStep } from './training-step.js';

/** What a training step reads beside the model. */
export interface StepInputs {
  /** By their place in the step. */
  readonly batches: Readonly<Record<string, StepBatch>>;
  /** Scalar float32: learning rate. */
  readonly rate: Tensor;
  /** `[K]`: 1 where a weight trains in this step; where a schedule freezes some. */
  readonly live?: Tensor;
}

/** The training step as a program: trained weights, slots, counts and what the balancer keeps are its state, all else of the model its constants. @param cut how its samples are cut; as the config says when left out */
export function trainingProgram(
  trainable: Trainable,
  cut?: Cut,
): Omit<Program<StepInputs, Record<string, Tensor>>, 'name'> {
  const { model, flat, state, perWeight, gatesOfWeights, balance } = trainable;
  const { tf } = model.backend;
  const trained = new Set([
    ...flat.specs.map(({ name }) => name),
    ...Object.keys(balance).map((name) => `${BALANCER_WEIGHTS}${name}`),
  ]);
  const frozen = [...model.weights].filter(([name]) => !trained.has(name));
  const constants = {
    frozen: Object.fromEntries(frozen.map(([name, { variable }]) => [name, variable])),
    ...perWeight,
    gatesOfWeights,
    flat: flat.constants,
  };
  return {
    run: ({ batches, rate, live }) => measuredStep(trainable, Object.values(batches), rate, live, cut),
    constants: () => constants,
    state: {
      read: () => ({ weights: { ...flat.variables }, slots: state.slots, count: state.count, balance }),
      write: (next) => {
        const { weights, slots, count, balance: balanced = {} } = next as StepState;
        for (const [index, variable] of flat.variables.entries()) {
          variable.assign(weights[index]! as never);
          weights[index]!.dispose();
        }
        for (const [name, slot] of Object.entries(slots)) {
          tf.dispose(state.slots[name]!);
          state.slots[name] = Object.values(slot).map((part) => tf.keep(part));
        }
        state.count.dispose();
        state.count = tf.keep(count);
        for (const [name, value] of Object.entries(balanced)) {
          balance[name]!.assign(value as never);
          value.dispose();
        }
      },
    },
  };
}

interface StepState {
  readonly weights: Readonly<Record<number, Tensor>>;
  readonly slots: Readonly<Record<string, Readonly<Record<number, Tensor>>>>;
  readonly count: Tensor;
  readonly balance?: Readonly<Record<string, Tensor>>;
}
