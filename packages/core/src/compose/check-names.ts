import { ModalkitError } from '@modalkit/contract';
import { suggestName } from './suggest-name.js';

const NAME = /^[\p{L}_][\p{L}\p{N}_-]*$/u;
const RESERVED = new Set([
  'fusion',
  'heads',
  'objectives',
  'lora',
  'id',
  'split',
  'group',
  'inputs',
  'targets',
  '__proto__',
  'constructor',
  'prototype',
]);

/** Refuses names that would collide with weights, manifest columns or keys of pairs. */
export function checkNames(what: string, names: readonly string[]): void {
  for (const name of names) {
    if (RESERVED.has(name))
      throw new ModalkitError('COMPOSE', `${what} "${name}": the name is reserved; choose another.`);
    if (!NAME.test(name)) {
      throw new ModalkitError(
        'COMPOSE',
        `${what} "${name}": a name is letters, digits, _ and -, beginning with a letter.`,
      );
    }
  }
}

/** Refuses a reference to something that is not composed. */
export function checkReferences(
  who: string,
  what: string,
  wanted: readonly string[] | undefined,
  known: readonly string[],
): void {
  for (const name of wanted ?? []) {
    if (!known.includes(name)) {
      throw new ModalkitError(
        'COMPOSE',
        `${who} refers to the ${what} "${name}", which is not composed; ${suggestName(name, known)}`,
      );
    }
  }
}
