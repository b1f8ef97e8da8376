import { ModalkitError, type RunEvent, type Tensor } from '@modalkit/contract';
import { isOutOfMemory } from '@modalkit/toolkit';
import { cutOf } from './pieces.js';
import { rowCount } from './rows-of-batch.js';
import { halvedSentence } from './start-notices.js';
import type { Trainable } from './trainable.js';
import { type StepInputs, trainingProgram } from './training-program.js';

/**
 * The training step in pieces that fit into memory. When it runs out, nothing has changed: the step is made again in pieces of half as many
 * samples, with the gradient of the whole batch, and so are those that follow.
 */
export class FittingStep {
  readonly trainable: Trainable;
  private readonly report: (event: RunEvent) => void;
  /** Samples that go through the model at once; whole batches while undefined. */
  private size: number | undefined;

  /** @param saved the size that fitted before */
  constructor(trainable: Trainable, saved: number | undefined, report: (event: RunEvent) => void) {
    const { microbatch } = trainable.model.runtime.config.train;
    this.trainable = trainable;
    this.report = report;
    this.size = saved && Math.min(saved, microbatch ?? saved);
  }

  /** The size that fits, where it had to be found. */
  get microbatch(): number | undefined {
    return this.size;
  }

  /** @param step counted from 1 @throws ModalkitError BACKEND when memory doesn't hold a single sample */
  run(step: number, inputs: StepInputs): Record<string, Tensor> {
    for (;;) {
      try {
        return this.program().run(inputs);
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        this.halve(step, inputs, error);
      }
    }
  }

  private program() {
    const { model } = this.trainable;
    const cut = cutOf(model.runtime.config.train);
    if (this.size === undefined) return model.programs.get('training step', () => trainingProgram(this.trainable, cut));
    const smaller = { ...cut, microbatch: this.size };
    const name = `training step, ${this.size} samples at a time`;
    return model.programs.get(name, () => trainingProgram(this.trainable, smaller));
  }

  private halve(step: number, { batches }: StepInputs, error: unknown): void {
    const rows = Math.max(...Object.values(batches).map(rowCount));
    const tried = Math.min(rows, this.size ?? this.trainable.model.runtime.config.train.microbatch ?? rows);
    if (tried === 1) {
      const message = `Step ${step}: memory doesn't hold the step with one sample at a time; make the model or data.batch smaller.`;
      throw new ModalkitError('BACKEND', message, { step }, error);
    }
    this.size = Math.ceil(tried / 2);
    this.report({
      kind: 'notice',
      step,
      message: halvedSentence(this.trainable, step, this.size),
      guard: { did: 'halved', microbatch: this.size },
    });
  }
}
