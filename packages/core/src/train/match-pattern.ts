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
      `config: ${field}: the pattern "${pattern}" matches no weight; ${suggestPattern(pattern, names)}`,
    );
  }
  return matching;
}

/** The nearest pattern or name that would match, or what names begin with. */
function suggestPattern(wrong: string, names: readonly string[]): string {
  const beginning = (depth: number) => [...new Set(names.map((name) => beginningOf(name, depth)))];
  const near = suggestName(wrong, [...beginning(1), ...beginning(2), ...names]);
  return near.startsWith('did') ? near : suggestName('', beginning(1));
}

function beginningOf(name: string, depth: number): string {
  const parts = name.split('/');
  return parts.length > depth ? `${parts.slice(0, depth).join('/')}/*` : name;
}
