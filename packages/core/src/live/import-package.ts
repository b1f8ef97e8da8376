import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ModalkitError } from '@modalkit/contract';
import { createJiti } from 'jiti';

/** A name that npm allows; no path is one. */
const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/**
 * Imports a package as the first of these folders that has it installed sees it; undefined when none has.
 * @throws ModalkitError PLUGIN when it fails while loading
 */
export async function importPackage(
  name: string,
  folders: readonly string[],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (!PACKAGE.test(name)) return undefined;
  const jiti = createJiti(import.meta.url, { interopDefault: false, tryNative: true });
  const places = folders.map((folder) => pathToFileURL(join(folder, 'package.json')).href);
  const found = places.map((parentURL) => jiti.esmResolve(name, { parentURL, try: true })).find(Boolean);
  if (!found) return undefined;
  try {
    return await jiti.import(found);
  } catch (error) {
    const [reason] = String((error as Error)?.message ?? error).split('\n');
    throw new ModalkitError('PLUGIN', `${name}: loading failed: ${reason}; install it again.`, { name }, error);
  }
}
