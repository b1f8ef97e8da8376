import type { Command } from 'commander';
import { describeCreate } from 'create-modalkit';
import { add } from './command-parts.js';

/** The commands of a person who writes a plugin. */
export function addAuthorCommands(program: Command): void {
  describeCreate(add(program, 'create', 'Write a new plugin from a template, as `npm create modalkit` does.'));
}
