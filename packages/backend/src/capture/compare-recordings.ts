import { isDeepStrictEqual } from 'node:util';
import type { Recording } from './recording.js';
import { Refusal } from './refusal.js';

/**
 * Looks for what two recordings of one program, with different inputs, do not have in common: a number that JavaScript drew, or
 * derived from something that changes, which a graph would freeze.
 * @throws Refusal that names the first operation that differs
 */
export function compareRecordings(first: Recording, second: Recording): void {
  if (first.ops.length !== second.ops.length)
    throw new Refusal(`it ran ${first.ops.length} operations once and ${second.ops.length} the next time`);
  for (const [index, { op, attributes, inputs }] of first.ops.entries()) {
    const other = second.ops[index]!;
    const same =
      op === other.op &&
      JSON.stringify(attributes) === JSON.stringify(other.attributes) &&
      JSON.stringify(inputs) === JSON.stringify(other.inputs);
    if (!same) throw new Refusal(`its operation ${index + 1} was ${op} once and ${other.op} the next time`);
    for (const source of inputs) {
      if (source.kind !== 'constant') continue;
      const [a, b] = [first.constants[source.index]!, second.constants[source.index]!];
      if (!isDeepStrictEqual(a, b))
        throw new Refusal(`a constant of ${op} changes from run to run: numbers drawn or counted in JavaScript`);
    }
  }
}
