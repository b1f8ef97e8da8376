import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
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
      `${file}: there is no config file; run \`modalkit init\` or name one with --config.`,
      { file },
      error,
    );
  });
  let loaded: { default?: unknown };
  try {
    loaded = await createJiti(import.meta.url, { interopDefault: false, tryNative: true }).import(file);
  } catch (error) {
    throw new ModalkitError(
      'CONFIG',
      `${file}: loading failed: ${(error as Error)?.message ?? error}`,
      { file },
      error,
    );
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

/** Loads a config file and composes it; `change` may alter the config first (command-line overrides). */
export async function loadProject(
  path: string,
  change: (config: Config) => Config = (config) => config,
): Promise<Runtime> {
  const configPath = resolve(path);
  return createRuntime(change(await loadConfig(configPath)), { folder: dirname(configPath), configPath });
}
