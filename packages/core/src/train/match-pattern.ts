import { ModalkitError } from '@modalkit/contract';
import { suggestName } from '../compose/suggest-name.js';

/** True when a weight name matches a pattern in which `*` stands for any characters. */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 'u').test(name);
}

/**
 * The names that a pattern matches.
 * @throws ModalkitError CONFIG when there is none
 */
export function namesMatching(field: string, pattern: string, names: readonly string[]): string[] {
  const matching = names.filter((name) => matchesPattern(pattern, name));
  if (matching.length === 0) {
    throw new ModalkitError(
      'CONFIG',
      `config: ${field}: the pattern "${pattern}" matches no weight; ${suggestName(pattern, names)}`,
    );
  }
  return matching;
}
