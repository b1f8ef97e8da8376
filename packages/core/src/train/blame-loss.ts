import type { Suspect } from './find-blame.js';
import { findRows } from './find-rows.js';
import { forward, score } from './forward.js';
import { baseName } from './low-rank.js';
import { rowsOfBatch, someRows } from './rows-of-batch.js';
import type { StepBatch } from './step-batch.js';
import { gradientsOf } from './step-gradients.js';
import type { Trainable } from './trainable.js';

/** What some rows of a batch do wrong: objectives whose terms or gradients are not finite, and which weights' gradients. */
type Look = (trainable: Trainable, batch: StepBatch, objective: string) => readonly string[] | undefined;

/** Finds the objective whose terms are not finite, or else whose gradients, and the rows; nothing when all are. */
export function blameLoss(trainable: Trainable, batch: StepBatch): Suspect | undefined {
  const { objectives } = trainable.model.runtime;
  for (const [hook, look] of [
    ['terms', badTerms],
    ['the gradient', badGradients],
  ] as const) {
    for (const [objective, { id, inputs }] of Object.entries(objectives)) {
      const { rows, towers } = search(trainable, batch, objective, look);
      if (rows.length === 0) continue;
      const by = `${hook} of ${id} (objectives/${objective})`;
      if (towers.length === 0) return { by, objective, rows, ...(inputs && { inputs }) };
      return { by: `${by}${throughOf(trainable, towers)}`, objective, inputs: towers, rows };
    }
  }
  return undefined;
}

function throughOf({ model }: Trainable, towers: readonly string[]): string {
  const [only, ...others] = towers;
  if (others.length > 0) return '';
  return ` on its way back through ${model.runtime.inputs[only!]!.adapter.id} (inputs/${only})`;
}

/** Rows for which a look finds something, and the inputs it names. */
function search(trainable: Trainable, batch: StepBatch, objective: string, look: Look) {
  const { tf } = trainable.model.backend;
  const towers = new Set<string>();
  const bad = (from: number, to: number) => {
    const part = rowsOfBatch(tf, batch, from, to);
    const named = tf.tidy(() => look(trainable, part, objective) as never) as ReturnType<Look>;
    tf.dispose(part as never);
    for (const name of named ?? []) towers.add(name);
    return named !== undefined;
  };
  const rows = someRows(batch).flatMap(({ from, to }) => findRows(from, to, bad));
  return { rows, towers: [...towers].sort() };
}

const badTerms: Look = ({ model }, batch, objective) => {
  const { tf } = model.backend;
  const terms = score(model, batch, forward(model, batch, { training: true }));
  const own = Object.entries(terms).filter(([name, term]) => name.startsWith(`${objective}/`) && !term.onlyMeasured);
  return own.every(([, { sum }]) => tf.isFinite(sum).dataSync()[0]) ? undefined : [];
};

/** Names the inputs into whose own weights a gradient that is not finite passes. */
const badGradients: Look = (trainable, batch, objective) => {
  const { model, flat } = trainable;
  const { tf } = model.backend;
  const { inputs, inputNames } = model.runtime;
  const gradients = gradientsOf(trainable, batch, objective);
  const each = flat.parts.flatMap(({ split }, part) => split(gradients[part]!));
  const bad = flat.specs.filter((_, index) => !tf.all(tf.isFinite(tf.square(each[index]!))).dataSync()[0]);
  if (bad.length === 0) return undefined;
  const owners = new Set(bad.map(({ name }) => baseName(name).split('/')[0]));
  return inputNames.filter((name) => owners.has(inputs[name]!.stateOf));
};
