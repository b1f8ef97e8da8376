import { isPlugin, isPluginFactory, ModalkitError, type Plugin } from '@modalkit/contract';
import { liftPlugin } from './lift-plugin.js';

/** A plugin and where the config uses it. */
export interface Slot {
  readonly slot: string;
  readonly plugin: Plugin;
}

/**
 * Refuses, by name, what cannot be composed whatever the rest of the project is: a factory that was not called, another
 * contract's number that cannot be lifted, two different plugins under one id.
 * @returns the plugins, those of older contracts lifted to this one
 */
export function checkPlugins(slots: readonly { slot: string; plugin: unknown }[]): readonly Slot[] {
  const seen = new Map<string, Slot>();
  return slots.map(({ slot, plugin }) => {
    checkPlugin(slot, plugin);
    const other = seen.get(plugin.id);
    if (other && !samePlugin(other.plugin, plugin)) {
      throw new ModalkitError(
        'COMPOSE',
        `Two different plugins have the id "${plugin.id}" (${other.slot} and ${slot}); rename one, or install one version.`,
      );
    }
    seen.set(plugin.id, { slot, plugin });
    return { slot, plugin: liftPlugin(slot, plugin) };
  });
}

function checkPlugin(slot: string, plugin: unknown): asserts plugin is Plugin {
  if (isPluginFactory(plugin)) {
    throw new ModalkitError(
      'COMPOSE',
      `${slot}: a plugin factory was given but not called; write \`name()\` instead of \`name\`.`,
    );
  }
  if (!isPlugin(plugin)) {
    throw new ModalkitError(
      'COMPOSE',
      `${slot}: received ${typeof plugin}, which is no plugin; give what \`definePlugin\` makes.`,
    );
  }
}

/** One factory made both, or both state one version of one package (two copies of it are installed). */
function samePlugin(a: Plugin, b: Plugin): boolean {
  return a.factory === b.factory || (a.version !== undefined && a.version === b.version);
}
