import { ModalkitError } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { writingHeads } from './write-raw.js';

/** The one head that writes. @throws ModalkitError USAGE when there is none, or more */
export function onlyWritingHead(runtime: Runtime): string {
  const heads = writingHeads(runtime);
  if (heads.length === 1) return heads[0]!;
  const problem =
    heads.length === 0
      ? "No head of this run writes answers; train one: `heads: { reply: decoder({ input: 'answer' }) }`."
      : `The heads of this run that write are ${heads.join(', ')}; name one.`;
  throw new ModalkitError('USAGE', problem);
}
