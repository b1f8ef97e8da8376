import { type Evaluation, ModalkitError } from '@modalkit/contract';
import { bestColumn } from './best-column.js';

/** What a head says of each class, and what is true, over the samples that have the target; `[samples, classes]` row-major. */
export interface ClassDecisions {
  readonly names: readonly string[];
  readonly samples: number;
  readonly truth: Uint8Array;
  /** More is likelier: probabilities where one class excludes the others, logits where not. */
  readonly scores: Float32Array;
  readonly decided: Uint8Array;
}

/**
 * Reads a `classify` or `rate` head, whose decision is its likeliest class, or a `tag` head, whose are its logits above 0.
 * @throws ModalkitError COMPOSE when the target holds no classes
 */
export function classDecisions(who: string, evaluation: Evaluation, head: string, target: string): ClassDecisions {
  const spec = evaluation.targets[target]!;
  const names = spec.names ?? spec.setOf;
  if (!names)
    throw new ModalkitError(
      'COMPOSE',
      `${who}: target "${target}" holds no classes; name that of a \`classify\`, \`rate\` or \`tag\` head.`,
    );
  const values = evaluation.samples.map((sample) => sample.targets[target] ?? undefined);
  const known = [...values.keys()].filter((row) => values[row] !== undefined);
  const { data } = spec.collate(known.map((row) => values[row]));
  const output = evaluation.output(`${head}/${spec.names ? 'logits' : 'labelLogits'}`);
  const width = names.length;
  const rows = new Float32Array(known.length * width);
  known.forEach((row, index) => {
    rows.set(output.rows.subarray(row * output.width, row * output.width + width), index * width);
  });
  const kept = { names, samples: known.length };
  if (!spec.names) return { ...kept, truth: Uint8Array.from(data), scores: rows, decided: rows01(rows) };
  const best = known.map((_, index) => bestColumn(rows, width, index));
  return { ...kept, truth: oneHot(data, width), scores: probabilities(rows, width), decided: oneHot(best, width) };
}

const rows01 = (logits: Float32Array) => Uint8Array.from(logits, (logit) => Number(logit > 0));

function oneHot(classes: ArrayLike<number>, width: number): Uint8Array {
  const rows = new Uint8Array(classes.length * width);
  for (let row = 0; row < classes.length; row++) rows[row * width + classes[row]!] = 1;
  return rows;
}

/** Softmax of each row. */
function probabilities(logits: Float32Array, width: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += width) {
    const row = logits.subarray(start, start + width);
    const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const powers = row.map((logit) => Math.exp(logit - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    result.set(
      powers.map((power) => power / sum),
      start,
    );
  }
  return result;
}
