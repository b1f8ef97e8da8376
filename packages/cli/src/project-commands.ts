import type { Command } from 'commander';
import { add, JSON_HELP } from './command-parts.js';

/** The commands of a person who composes plugins in a project. */
export function addProjectCommands(program: Command): void {
  add(program, 'init', 'Write a new project: config, package.json, a test and folders.')
    .argument('[folder]', 'where to write it', '.')
    .option(
      '--inputs <list>',
      'inputs as name=plugin, or name=./folder of a plugin, separated by commas (default: picture=image,caption=text)',
    )
    .option('--yes', 'ask nothing: take the defaults')
    .option('--json', JSON_HELP)
    .action(async (folder, options) => (await import('./commands/init.js')).init(folder, options));
  add(program, 'add', 'Install a plugin, or a set of plugins, and put it into the config; the change is shown.')
    .argument('<package>', 'name on npm, with a version if you like, or the path of a tarball')
    .option('--project <path>', 'folder of the project, or its config file', '.')
    .option(
      '--as <place>',
      "where it goes, such as inputs/heat (default: by what it provides, under its factory's name)",
    )
    .option('--export <name>', 'which of its factories')
    .option('--options <json>', "the factory's options")
    .option('--registry <address>', "where it comes from (default: npm's own setting)")
    .option('--yes', 'ask nothing')
    .option('--json', JSON_HELP)
    .action(async (name, options) => (await import('./commands/add.js')).add(name, options));
  add(program, 'remove', 'Take a plugin out of the config and uninstall it; the change is shown.')
    .argument('<package>', 'name of the package')
    .option('--project <path>', 'folder of the project, or its config file', '.')
    .option('--yes', 'ask nothing')
    .option('--json', JSON_HELP)
    .action(async (name, options) => (await import('./commands/remove.js')).remove(name, options));
  add(
    program,
    'migrate',
    'Bring the config and package.json of a project or a plugin to this version; each change is shown.',
  )
    .argument('[folder]', 'folder of the project or the plugin', '.')
    .option('--check', 'change nothing; exit with 1 when something would change')
    .option('--json', JSON_HELP)
    .action(async (folder, options) => (await import('./commands/migrate.js')).migrate(folder, options));
  add(program, 'list', 'List what is composed: version, contract, where it is from, its places and capabilities.')
    .argument('[project]', 'folder of the project, or its config file', '.')
    .option('--json', JSON_HELP)
    .action(async (project, options) => (await import('./commands/list.js')).list(project, options));
}
