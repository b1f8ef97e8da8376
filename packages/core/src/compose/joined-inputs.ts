import type { Fusion } from '@modalkit/contract';

/** Names of the inputs that a fusion joins: those it names, else all. */
export function joinedInputs(
  { inputs }: Pick<Fusion, 'inputs'>,
  composed: Readonly<Record<string, unknown>>,
): readonly string[] {
  return inputs ?? Object.keys(composed);
}
