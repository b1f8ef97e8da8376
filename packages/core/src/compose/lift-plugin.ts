import { CONTRACT, ModalkitError, type Plugin } from '@modalkit/contract';

/** Makes a plugin that was written for one contract one of the next: it wraps what the plugin provides. */
export type Lift = (plugin: Plugin) => Plugin;

/** By the number of the contract that is lifted. Contract 1 is the first, so there is none to lift. */
const LIFTS: Readonly<Record<number, Lift>> = {};

/**
 * A plugin as one of this contract; the rest of core knows no other.
 * @throws ModalkitError COMPOSE when it is newer, or older than can be lifted
 */
export function liftPlugin(slot: string, plugin: Plugin, lifts = LIFTS, contract: number = CONTRACT): Plugin {
  let lifted = plugin;
  while (lifted.contract < contract && lifts[lifted.contract]) {
    const from = lifted.contract;
    lifted = { ...lifts[from]!(lifted), contract: from + 1 };
  }
  if (lifted.contract === contract) return lifted;
  const fix = plugin.contract < contract ? `update ${plugin.id}` : 'update @modalkit/core';
  throw new ModalkitError(
    'COMPOSE',
    `${slot}: ${plugin.id} was written for contract ${plugin.contract}, this is contract ${contract}; ${fix}.`,
  );
}
