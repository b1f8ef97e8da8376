import type { Runtime } from '@modalkit/core';

/** Inputs of other plugins than an input's own, each shared encoder once; all of them when there is no other. */
export function searchable(runtime: Runtime, input: string): readonly string[] {
  const others = Object.values(runtime.inputs).filter(
    ({ name, adapter, stateOf }) => stateOf === name && adapter.id !== runtime.inputs[input]!.adapter.id,
  );
  return others.length > 0 ? others.map(({ name }) => name) : runtime.inputNames;
}
