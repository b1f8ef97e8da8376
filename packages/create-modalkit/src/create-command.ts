import { type Command, Option } from 'commander';
import type { PluginWish } from './create-plugin.js';
import { PLUGIN_TEMPLATES } from './plugin-templates.js';
import { UsageError } from './usage-error.js';

export interface CreateFlags extends Omit<PluginWish, 'name'> {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Gives a command the argument, the flags and the action of `npm create modalkit`. */
export function describeCreate(command: Command): Command {
  return command
    .argument('[name]', 'name of the package on npm, such as @you/thermal')
    .addOption(
      new Option('--template <name>', `what to start from; ${describeTemplates()}`).choices(
        Object.keys(PLUGIN_TEMPLATES),
      ),
    )
    .option('--modality <word>', "name of the plugin's factory (default: from the package's name)")
    .option('--folder <path>', "where to write it (default: the last part of the package's name)")
    .option('--yes', 'ask nothing: take the defaults')
    .option('--json', 'print one JSON object on the last line; progress goes to stderr')
    .action(create);
}

function describeTemplates(): string {
  return Object.entries(PLUGIN_TEMPLATES)
    .map(([name, what]) => `${name}: ${what}`)
    .join('; ');
}

async function create(name: string | undefined, { yes, json, ...wish }: CreateFlags): Promise<void> {
  const asks = !yes && !json && process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (!asks && name === undefined)
    throw new UsageError('Name the package, for example `npm create modalkit @you/thermal`.');
  const { createPlugin } = await import('./create-plugin.js');
  const wanted = asks ? await (await import('./ask-wish.js')).askWish({ ...wish, name }) : { ...wish, name: name! };
  const created = await createPlugin(wanted);
  const stream = json ? process.stderr : process.stdout;
  stream.write(`Wrote ${created.files.length} files of ${created.name} into ${created.folder}.\n`);
  stream.write(`Next:\n${created.next.map((line) => `  ${line}\n`).join('')}`);
  if (json) process.stdout.write(`${JSON.stringify(created)}\n`);
}
