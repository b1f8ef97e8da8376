import { ModalkitError, type Sample, type Tensor } from '@modalkit/contract';
import { forward, predictFrom } from '../train/forward.js';
import type { Model } from '../train/model.js';
import type { SomeBatches } from '../train/some-batches.js';
import type { StepBatch } from '../train/step-batch.js';

/** What is asked of the model: one head, with every set of some inputs. */
export interface Asked {
  readonly head: string;
  readonly target: string;
  readonly inputs: readonly string[];
  /** Inputs that are there in every set. */
  readonly others: readonly string[];
}

/** Answers of the samples that have the target. */
export interface SetAnswers {
  readonly samples: readonly Sample[];
  /** By sample, by set (input i is in it where bit i is set): 1 where the head's answer is right, else 0. */
  readonly right: readonly Uint8Array[];
}

/** Asks the head about samples with every set of the inputs, none of them included: they are encoded once, and fused for each set. */
export async function askSets(model: Model, batches: SomeBatches, asked: Asked): Promise<SetAnswers> {
  const kept: Sample[] = [];
  const right: Uint8Array[] = [];
  const sets = 2 ** asked.inputs.length;
  for await (const { samples, batch } of batches) {
    const hits = answersOf(model, batch, asked);
    const [rows, valid] = [(await hits.data()) as Uint8Array, await batch.targets[asked.target]!.valid.data()];
    hits.dispose();
    for (const [row, sample] of samples.entries()) {
      if (!valid[row]) continue;
      kept.push(sample);
      right.push(Uint8Array.from({ length: sets }, (_, set) => rows[set * samples.length + row]!));
    }
  }
  return { samples: kept, right };
}

/** `[sets, B]` bool. */
function answersOf(model: Model, batch: StepBatch, { head, target, inputs, others }: Asked): Tensor {
  const { tf } = model.backend;
  return tf.tidy(() => {
    const whole = forward(model, batch, { training: false });
    const hits = Array.from({ length: 2 ** inputs.length }, (_, set) => {
      const names = inputs.filter((_, index) => (set >> index) & 1);
      const logits = predictFrom(model, whole, [...others, ...names], [head]).outputs[`${head}/logits`];
      if (!logits)
        throw new ModalkitError(
          'COMPOSE',
          `train.contribution: the head "${head}" has no output \`logits\`; name one that has, such as classify.`,
        );
      return tf.equal(tf.argMax(logits, 1), tf.cast(batch.targets[target]!.values, 'int32'));
    });
    return tf.stack(hits);
  });
}
