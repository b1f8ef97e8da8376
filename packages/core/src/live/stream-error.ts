import { isModalkitError, type LiveSource, ModalkitError } from '@modalkit/contract';
import { reasonOf } from '../data/failure.js';

/** Why a stream was lost, as one sentence; a plugin may throw anything. */
export function streamError(name: string, { id, address }: LiveSource, thrown: unknown): ModalkitError {
  if (isModalkitError(thrown)) return thrown;
  return new ModalkitError('PLUGIN', `Stream "${name}" (${id}, ${address}): ${reasonOf(thrown)}`, { name }, thrown);
}
