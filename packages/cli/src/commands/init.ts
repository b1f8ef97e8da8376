import { basename, relative } from 'node:path';
import { isCancel, multiselect } from '@clack/prompts';
import { ModalkitError } from '@modalkit/contract';
import { checkNewFolder, writeTemplate } from 'create-modalkit';
import { createOutput, isInteractive } from '../output.js';
import { PLUGINS } from '../plugin-names.js';
import { VERSION } from '../version.js';

/** `modalkit init`. */
export async function init(
  folder: string,
  { inputs, yes, json }: { readonly inputs?: string; readonly yes?: boolean; readonly json?: boolean },
): Promise<void> {
  const output = createOutput(json);
  const path = await checkNewFolder(folder);
  const asks = inputs === undefined && !yes && !json && process.stdin.isTTY === true && isInteractive(process.stdout);
  const chosen = parseInputs(inputs ?? (asks ? await askInputs() : DEFAULT_INPUTS));
  const files = await writeTemplate('project', path, valuesOf(path, chosen));
  output.say(`Wrote ${files.join(', ')} into ${path}.`);
  output.say(`Put one sample a line into data/manifest.jsonl, for example ${exampleLine(chosen)}`);
  const next = [`cd ${relative(process.cwd(), path) || '.'}`, 'npm install', 'npx modalkit train'];
  output.say(`Next:\n${next.map((line) => `  ${line}`).join('\n')}`);
  output.result({ folder: path, files, next });
}

const DEFAULT_INPUTS = 'picture=image,caption=text';

async function askInputs(): Promise<string> {
  const given = await multiselect({
    message: 'Plugins (two or more)',
    options: Object.entries(PLUGINS).map(([value, hint]) => ({ value, hint })),
    initialValues: ['image', 'text'],
  });
  if (!isCancel(given)) return given.join(',');
  process.exit(130);
}

type Chosen = readonly { readonly name: string; readonly plugin: string }[];

function parseInputs(text: string): Chosen {
  const chosen = text.split(',').map((part) => {
    const [name, plugin = name] = part.trim().split('=');
    if (!name || !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name))
      throw new ModalkitError('USAGE', `--inputs ${text}: "${part}" is not name=plugin, such as picture=image.`);
    if (!PLUGINS[plugin!])
      throw new ModalkitError(
        'USAGE',
        `--inputs ${text}: there is no plugin "${plugin}"; there are: ${Object.keys(PLUGINS).join(', ')}.`,
      );
    return { name, plugin: plugin! };
  });
  if (new Set(chosen.map(({ name }) => name)).size < chosen.length)
    throw new ModalkitError('USAGE', `--inputs ${text}: a name stands there twice.`);
  if (chosen.length < 2) throw new ModalkitError('USAGE', `--inputs ${text}: joint training needs two inputs or more.`);
  return chosen;
}

/** What the project's template leaves open. */
function valuesOf(path: string, chosen: Chosen): Record<string, string> {
  const plugins = [...new Set(chosen.map(({ plugin }) => plugin))].sort();
  const packages = ['@modalkit/core', ...plugins.map((plugin) => PLUGINS[plugin]!), 'modalkit'].sort();
  const dependencies = Object.fromEntries(packages.map((each) => [each, `^${VERSION}`]));
  const pair = chosen.slice(0, 2).map(({ name }) => `'${name}'`);
  return {
    name: packageNameOf(path),
    dependencies: JSON.stringify(dependencies, null, 2).replaceAll('\n', '\n  '),
    imports: plugins.map((plugin) => `import { ${plugin} } from '${PLUGINS[plugin]}';`).join('\n'),
    inputs: chosen.map(({ name, plugin }) => `    ${name}: ${plugin}(${OPTIONS[plugin] ?? ''}),`).join('\n'),
    pair: pair.join(', '),
    example: exampleLine(chosen),
  };
}

function packageNameOf(path: string): string {
  const words = basename(path)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-');
  return words.replace(/^-+|-+$/g, '') || 'modalkit-project';
}

/** What a plugin cannot do without. */
const OPTIONS: Readonly<Record<string, string>> = { sensor: "{ channels: ['x', 'y'], rate: 100, window: 0.5 }" };

/** A sample of each plugin. */
const EXAMPLES: Readonly<Record<string, string>> = {
  text: 'a seven',
  image: 'pictures/1.png',
  audio: 'sounds/1.wav',
  video: 'films/1.mp4',
  sensor: 'recordings/1.csv',
};

function exampleLine(chosen: Chosen): string {
  return JSON.stringify(Object.fromEntries(chosen.map(({ name, plugin }) => [name, EXAMPLES[plugin]])));
}
