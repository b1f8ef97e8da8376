import { type Command, Option } from 'commander';
import { examples } from './command-examples.js';

export const JSON_HELP = 'print one JSON object on the last line; progress goes to stderr';

/** A command of the program, with examples in its help. */
export function add(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).exitOverride().addHelpText('after', examples(name));
}

export function backendOption(): Option {
  return new Option('--backend <name>', 'where to begin in the order of backends').choices([
    'native',
    'bundled',
    'wasm',
    'js',
  ]);
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}
