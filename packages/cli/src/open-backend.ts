import { type BackendId, describeBackend, selectBackend } from '@modalkit/backend';
import type { Backend } from '@modalkit/contract';
import { wholeNumber } from './numbers.js';
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
