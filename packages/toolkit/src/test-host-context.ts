import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostContext } from '@modalkit/contract';

/** What host-side hooks are given in a unit test: files by paths relative to `folder`, without the checks of a real run. */
export function testHostContext<State>(input: string, folder: string, state?: State): HostContext<State> {
  return {
    input,
    state: state as State,
    read: (path) => readFile(join(folder, path)),
    locate: async (path) => join(folder, path),
  };
}
