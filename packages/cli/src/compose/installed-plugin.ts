import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What an installed package says of itself. */
export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  readonly contract?: number;
  /** Whether it carries weights. */
  readonly weighted: boolean;
}

/** A package as a folder sees it: in its own node_modules or in one above. Nothing of it is imported. */
export async function findInstalled(name: string, folder: string): Promise<InstalledPlugin | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const place = join(at, 'node_modules', name);
    const text = await readFile(join(place, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const { version, modalkit } = JSON.parse(text);
      return { name, version, folder: place, contract: modalkit?.contract, weighted: modalkit?.weights !== undefined };
    }
    if (dirname(at) === at) return undefined;
  }
}
