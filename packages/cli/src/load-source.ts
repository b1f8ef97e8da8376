import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importPackage, isPlugin, ModalkitError, type Plugin, suggestName } from '@modalkit/core';
import { PLUGINS } from './plugin-names.js';

/** A live source as a command line names it: `[name=]<plugin>:<address>`. */
export interface SourceFlag {
  readonly name?: string;
  /** A word for a plugin of our own, or a package. */
  readonly plugin: string;
  readonly address: string;
}

const FLAG = /^(?:([\p{L}_][\p{L}\p{N}_-]*)=)?((?:@[\w.~-]+\/)?[\w.~-]+):(.+)$/su;

/** @throws ModalkitError USAGE when it is none */
export function parseSource(text: string): SourceFlag {
  const [, name, plugin, address] = FLAG.exec(text) ?? [];
  if (plugin && address) return { name, plugin, address };
  throw new ModalkitError(
    'USAGE',
    `--source ${text}: write <plugin>:<address> or <name>=<plugin>:<address>, for example sensor:/dev/ttyUSB0?format=csv&channels=x,y.`,
  );
}

/**
 * Makes the plugin of a live source from its package, as this project sees it installed.
 * @param project folder of the project
 * @throws ModalkitError USAGE when there is no such package or it has no live source, and what the package throws
 */
export async function loadSource({ plugin: word, address }: SourceFlag, project: string): Promise<Plugin> {
  const name = PLUGINS[word] ?? word;
  const own = dirname(fileURLToPath(import.meta.url));
  const loaded = await importPackage(name, [project, process.cwd(), own]);
  if (!loaded) throw await notInstalled(word, project);
  const { liveSource } = loaded as { liveSource?: (address: string) => unknown };
  const plugin = typeof liveSource === 'function' ? liveSource(address) : undefined;
  if (isPlugin(plugin)) return plugin;
  throw new ModalkitError(
    'USAGE',
    `${word}:${address}: ${name} has no live source; name a plugin that has one, such as sensor.`,
    { plugin: name },
  );
}

async function notInstalled(word: string, project: string): Promise<ModalkitError> {
  if (PLUGINS[word])
    return new ModalkitError('USAGE', `${PLUGINS[word]} is not installed here; run \`npm install ${PLUGINS[word]}\`.`);
  const known = [...Object.keys(PLUGINS), ...(await dependenciesOf(project))];
  return new ModalkitError('USAGE', `There is no plugin or package "${word}" here; ${suggestName(word, known)}`);
}

async function dependenciesOf(project: string): Promise<string[]> {
  try {
    const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
    return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  } catch {
    return [];
  }
}
