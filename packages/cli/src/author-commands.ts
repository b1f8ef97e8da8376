import type { Command } from 'commander';
import { describeCreate } from 'create-modalkit';
import { add, collect, JSON_HELP } from './command-parts.js';

/** The commands of a person who writes a plugin. */
export function addAuthorCommands(program: Command): void {
  describeCreate(add(program, 'create', 'Write a new plugin from a template, as `npm create modalkit` does.'));
  add(
    program,
    'dev',
    "Watch a plugin's folder, check it again as it changes, and serve a page of its samples on loopback.",
  )
    .argument('[folder]', "the plugin's folder", '.')
    .option('--port <number>', 'port of the page; 0 takes any that is free', '4600')
    .action(async (folder, options) => (await import('./commands/dev.js')).dev(folder, options));
  add(
    program,
    'export',
    "Write a trained run as one folder that another machine loads, or one adapter's weights into its package.",
  )
    .argument('[project]', 'folder of the project, or its config file', '.')
    .option('--adapter <id>', 'one adapter alone: its package, or the name of an input')
    .option('--run <folder>', "run folder (default: ./runs/<project folder's name>)")
    .option('--package <folder>', "folder of the package's sources (default: the current one)")
    .option('--to <folder>', 'write into this folder; with --adapter of any size, and leave the package as it is')
    .option('--licence <spdx>', "licence of the weights (default: the package's; of a run UNLICENSED)")
    .option('--no-index', 'of a run: without the evaluated samples that searches find')
    .option('--about <words>', "what they were trained on, for the model card (default: the config's description)")
    .option('--json', JSON_HELP)
    .action(async (project, options) => (await import('./commands/export.js')).exportWeights(project, options));
  add(program, 'verify', 'Pack a plugin, install it as a user would under npm and pnpm, and judge the copy.')
    .argument('[folder]', "the plugin's folder", '.')
    .option('--registry <address>', "where its dependencies come from (default: npm's own setting)")
    .option('--beside <tarball>', 'take it in place of the package that it is of; may be repeated', collect, [])
    .option('--ignore <id>', 'pass over a finding; may be repeated', collect, [])
    .option('--json', JSON_HELP)
    .action(async (folder, options) => (await import('./commands/verify.js')).verify(folder, options));
  add(program, 'publish', 'Verify a plugin, apply its changesets, and publish it to npm after a dry run.')
    .argument('[folder]', "the plugin's folder", '.')
    .option('--registry <address>', "where to publish, and to read from (default: npm's own setting)")
    .option('--beside <tarball>', 'take it in place of the package that it is of; may be repeated', collect, [])
    .option('--tag <name>', 'tag at the registry, such as next')
    .option('--ignore <id>', 'pass over a finding of verify; may be repeated', collect, [])
    .option('--no-version', 'leave the version and the changesets as they are')
    .option('--dry-run', 'stop before anything is written or published')
    .option('--yes', 'ask nothing')
    .option('--json', JSON_HELP)
    .action(async (folder, options) => (await import('./commands/publish.js')).publish(folder, options));
}
