import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { isModalkitError } from '@modalkit/contract';
import { locateWeights, openAdapterWeights, readAdapterState, readAdapterWeights } from '@modalkit/core';
import type { Seen } from './finding.js';
import type { PackedPlugin } from './packed-plugin.js';

/**
 * The weights that a plugin carries, read as a project would read them.
 * @param folder where the package is installed
 */
export async function checkWeights(folder: string, { manifest }: Pick<PackedPlugin, 'manifest'>): Promise<Seen[]> {
  if (manifest.modalkit?.weights === undefined) return [];
  try {
    const opened = openAdapterWeights(locateWeights(manifest.name, manifest.name, folder));
    readAdapterWeights(opened);
    readAdapterState(opened);
    const card = await access(join(opened.folder, 'MODEL_CARD.md')).then(
      () => true,
      () => false,
    );
    return [
      ...(card ? [] : [{ id: 'model-card' as const, what: 'the weights have no MODEL_CARD.md' }]),
      ...(opened.adapter === manifest.name
        ? []
        : [{ id: 'weights' as const, what: `the weights are of ${opened.adapter}, the package is ${manifest.name}` }]),
    ];
  } catch (error) {
    if (!isModalkitError(error)) throw error;
    return [{ id: 'weights', what: error.message.split('; ')[0]! }];
  }
}
