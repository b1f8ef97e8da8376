import { type BackendId, describeBackend, selectBackend } from '@modalkit/backend';
import { type Backend, ModalkitError } from '@modalkit/contract';
import type { Output } from './output.js';

export interface BackendFlags {
  readonly backend?: BackendId;
  readonly threads?: string;
}

/** Chooses the backend and says in one line which it is. */
export async function openBackend(output: Output, { backend: prefer, threads }: BackendFlags): Promise<Backend> {
  const backend = await selectBackend({ prefer, threads: wholeNumber('--threads', threads), onNotice: output.say });
  output.say(`Backend: ${describeBackend(backend)}`);
  return backend;
}

/** @throws ModalkitError USAGE when a flag is given and is no whole number above 0 */
export function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ModalkitError('USAGE', `${flag} ${text}: give a whole number above 0.`);
}
