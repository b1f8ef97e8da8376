import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { createOutput } from '../output.js';
import { PLUGINS } from '../plugin-names.js';
import { VERSION } from '../version.js';

/** `modalkit init`. */
export async function init(
  folder: string,
  { inputs, json }: { readonly inputs: string; readonly json?: boolean },
): Promise<void> {
  const output = createOutput(json);
  const path = resolve(folder);
  const chosen = parseInputs(inputs);
  const present = await readdir(path).catch(() => []);
  if (present.length > 0)
    throw new ModalkitError(
      'USAGE',
      `${path}: the folder is not empty (${present.slice(0, 3).join(', ')}); name an empty or new one.`,
    );
  const files = {
    'package.json': manifestOf(path, chosen),
    'modalkit.config.ts': configOf(chosen),
    'data/manifest.jsonl': '',
    '.gitignore': 'node_modules\nruns\n.modalkit\n',
  };
  await mkdir(join(path, 'data'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  output.say(`Wrote ${Object.keys(files).join(', ')} into ${path}.`);
  output.say(`Put one sample a line into data/manifest.jsonl, for example ${exampleLine(chosen)}`);
  output.say(`Next:\n  cd ${relative(process.cwd(), path) || '.'}\n  npm install\n  npx modalkit train`);
  output.result({ folder: path, files: Object.keys(files) });
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

function manifestOf(path: string, chosen: Chosen): string {
  const plugins = [...new Set(chosen.map(({ plugin }) => PLUGINS[plugin]!))].sort();
  const names = ['@modalkit/core', ...plugins, 'modalkit'];
  const name =
    basename(path)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'modalkit-project';
  return `${JSON.stringify({ name, private: true, type: 'module', scripts: { train: 'modalkit train', eval: 'modalkit eval' }, dependencies: Object.fromEntries(names.map((each) => [each, `^${VERSION}`])) }, null, 2)}\n`;
}

function configOf(chosen: Chosen): string {
  const plugins = [...new Set(chosen.map(({ plugin }) => plugin))].sort();
  const pair = chosen
    .slice(0, 2)
    .map(({ name }) => `'${name}'`)
    .join(', ');
  return `import { cross, defineConfig, infoNCE, jsonl, retrieval } from '@modalkit/core';
${plugins.map((plugin) => `import { ${plugin} } from '${PLUGINS[plugin]}';`).join('\n')}

export default defineConfig({
  inputs: {
${chosen.map(({ name, plugin }) => `    ${name}: ${plugin}(${OPTIONS[plugin] ?? ''}),`).join('\n')}
  },
  fusion: cross(),
  objectives: { contrast: infoNCE({ pairs: [[${pair}]] }) },
  metrics: { retrieval: retrieval({ pairs: [[${pair}]] }) },
  data: { source: jsonl({ path: 'data/manifest.jsonl' }), batch: 32 },
  train: { steps: 1000, warmUp: 50 },
});
`;
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
