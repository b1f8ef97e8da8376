import { ModalkitError } from '@modalkit/contract';

/** Refuses a name in `query` that is not among the inputs to be joined. */
export function checkQuery(who: string, query: readonly string[] | undefined, inputs: readonly string[]): void {
  for (const name of query ?? []) {
    if (inputs.includes(name)) continue;
    throw new ModalkitError(
      'COMPOSE',
      `${who}: query names the input "${name}", which is not joined; joined are ${inputs.join(', ')}.`,
    );
  }
}

/** Refuses a width that the attention heads do not divide. */
export function checkHeads(who: string, width: number, heads: number): void {
  if (width % heads === 0) return;
  throw new ModalkitError(
    'COMPOSE',
    `${who}: the space's width ${width} cannot be split into ${heads} heads; choose heads that divide it.`,
  );
}

/** Refuses having nothing to join, and an input with the name of a span that the fusion makes itself. */
export function checkJoined(who: string, inputs: readonly string[], ownSpan?: string): void {
  if (inputs.length === 0)
    throw new ModalkitError('COMPOSE', `${who}: there is no input to join; compose at least one.`);
  if (ownSpan === undefined || !inputs.includes(ownSpan)) return;
  throw new ModalkitError(
    'COMPOSE',
    `${who}: an input is named "${ownSpan}", which is the name of its own tokens; rename the input.`,
  );
}
