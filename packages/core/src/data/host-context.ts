import type { HostContext } from '@modalkit/contract';
import { locateConfined, readConfined } from './read-confined.js';

const MIB = 1024 * 1024;

/**
 * What an adapter's host-side hooks may use.
 * @param root absolute folder that samples' paths are taken from
 * @param fileLimit largest file in MiB
 */
export function hostContext<State>(input: string, state: State, root: string, fileLimit: number): HostContext<State> {
  return {
    input,
    state,
    read: async (path) => readConfined(root, path, fileLimit * MIB),
    locate: async (path) => locateConfined(root, path, fileLimit * MIB),
  };
}
