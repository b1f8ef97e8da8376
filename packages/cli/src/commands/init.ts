import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { isCancel, multiselect } from '@clack/prompts';
import { ModalkitError } from '@modalkit/contract';
import { checkNewFolder, modalityOf, writeTemplate } from 'create-modalkit';
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
  const chosen = await parseInputs(inputs ?? (asks ? await askInputs() : DEFAULT_INPUTS), path);
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

interface Chosen {
  /** Of the input. */
  readonly name: string;
  /** Name of the factory. */
  readonly factory: string;
  readonly package: string;
  /** What package.json asks for: a range of versions, or a folder. */
  readonly version: string;
}

async function parseInputs(text: string, project: string): Promise<readonly Chosen[]> {
  const chosen = await Promise.all(text.split(',').map((part) => parseInput(text, part.trim(), project)));
  if (new Set(chosen.map(({ name }) => name)).size < chosen.length)
    throw new ModalkitError('USAGE', `--inputs ${text}: a name stands there twice.`);
  if (chosen.length < 2) throw new ModalkitError('USAGE', `--inputs ${text}: joint training needs two inputs or more.`);
  return chosen;
}

async function parseInput(text: string, part: string, project: string): Promise<Chosen> {
  const [name, plugin = name] = part.split('=');
  if (!name || !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name))
    throw new ModalkitError('USAGE', `--inputs ${text}: "${part}" is not name=plugin, such as picture=image.`);
  if (/^\.{0,2}[/\\]/.test(plugin!)) return { name, ...(await pluginInFolder(plugin!, project)) };
  if (PLUGINS[plugin!]) return { name, factory: plugin!, package: PLUGINS[plugin!]!, version: `^${VERSION}` };
  const known = Object.keys(PLUGINS).join(', ');
  throw new ModalkitError(
    'USAGE',
    `--inputs ${text}: there is no plugin "${plugin}"; there are: ${known}, and a plugin's folder, such as ./thermal. Of a package on npm: \`npx modalkit add ${plugin}\` in the project.`,
  );
}

/** A plugin that isn't published yet: its factory is called as `create` names it. */
async function pluginInFolder(plugin: string, project: string): Promise<Omit<Chosen, 'name'>> {
  try {
    const { name, modalkit } = JSON.parse(await readFile(join(plugin, 'package.json'), 'utf8'));
    if (typeof modalkit.contract === 'number')
      return {
        factory: modalityOf(name),
        package: name,
        version: `file:${relative(project, resolve(plugin)).replaceAll('\\', '/')}`,
      };
  } catch {
    // said below
  }
  throw new ModalkitError(
    'USAGE',
    `${plugin}: that folder holds no package.json of a plugin; \`npx modalkit create\` makes one.`,
  );
}

/** What the project's template leaves open. */
function valuesOf(path: string, chosen: readonly Chosen[]): Record<string, string> {
  const plugins = [...new Map(chosen.map((each) => [each.package, each])).values()];
  const own = ['@modalkit/core', 'modalkit'].map((name) => [name, `^${VERSION}`]);
  const asked = plugins.map(({ package: name, version }) => [name, version]);
  const dependencies = Object.fromEntries([...own, ...asked].sort());
  const pair = chosen.slice(0, 2).map(({ name }) => `'${name}'`);
  return {
    name: packageNameOf(path),
    dependencies: JSON.stringify(dependencies, null, 2).replaceAll('\n', '\n  '),
    imports: plugins
      .map(({ factory, package: name }) => `import { ${factory} } from '${name}';`)
      .sort()
      .join('\n'),
    inputs: chosen.map(({ name, factory }) => `    ${name}: ${factory}(${OPTIONS[factory] ?? ''}),`).join('\n'),
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

function exampleLine(chosen: readonly Chosen[]): string {
  return JSON.stringify(Object.fromEntries(chosen.map(({ name, factory }) => [name, EXAMPLES[factory] ?? '…'])));
}
