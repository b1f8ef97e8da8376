import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isModalkitError, ModalkitError } from '@modalkit/contract';
import { createJiti } from 'jiti';
import type { Config } from './config.js';
import { createRuntime, type Runtime } from './runtime.js';

/**
 * Loads a config file (TypeScript or JavaScript, its default export made by `defineConfig`).
 * @throws ModalkitError CONFIG when it is missing, fails while loading or exports no config
 */
export async function loadConfig(path: string): Promise<Config> {
  const file = resolve(path);
  await access(file).catch((error) => {
    throw new ModalkitError(
      'CONFIG',
      `${file}: there is no config file; run \`modalkit init\`, or correct the path.`,
      { file },
      error,
    );
  });
  let loaded: { default?: unknown };
  try {
    loaded = await createJiti(import.meta.url, { interopDefault: false, tryNative: true }).import(file);
  } catch (error) {
    throw new ModalkitError('CONFIG', `${file}: ${loadingFailure(error)}`, { file }, error);
  }
  if (typeof loaded.default !== 'object' || loaded.default === null) {
    throw new ModalkitError(
      'CONFIG',
      `${file}: the default export is ${typeof loaded.default}; write \`export default defineConfig({ … })\`.`,
      { file },
    );
  }
  return loaded.default as Config;
}

/** The first line of what was thrown: the lines after it are excerpts and stacks. */
function loadingFailure(error: unknown): string {
  const [reason = ''] = String((error as Error)?.message ?? error).split('\n');
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(reason)?.[1];
  if (!missing) return `loading failed: ${reason.trim()}; correct the file.`;
  const fix = /^[./]|^file:/.test(missing) ? 'correct the import' : 'install it or correct the import';
  return `"${missing}" cannot be found; ${fix}.`;
}

/**
 * Loads a config file and composes it; `change` may alter the config first (command-line overrides).
 * @throws ModalkitError that begins with the file
 */
export async function loadProject(
  path: string,
  change: (config: Config) => Config = (config) => config,
): Promise<Runtime> {
  const configPath = resolve(path);
  const config = change(await loadConfig(configPath));
  try {
    return createRuntime(config, { folder: dirname(configPath), configPath });
  } catch (error) {
    if (!isModalkitError(error)) throw error;
    throw new ModalkitError(
      error.code,
      `${configPath}: ${error.message}`,
      { file: configPath, ...error.details },
      error,
    );
  }
}
