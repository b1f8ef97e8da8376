import type { Command } from 'commander';
import { add, JSON_HELP } from './command-parts.js';

/** The commands of a person who composes plugins in a project. */
export function addProjectCommands(program: Command): void {
  add(program, 'init', 'Write a new project: config, package.json, a test and folders.')
    .argument('[folder]', 'where to write it', '.')
    .option('--inputs <list>', 'inputs as name=plugin, separated by commas (default: picture=image,caption=text)')
    .option('--yes', 'ask nothing: take the defaults')
    .option('--json', JSON_HELP)
    .action(async (folder, options) => (await import('./commands/init.js')).init(folder, options));
}
