import { type Backend, isModalkitError, ModalkitError } from '@modalkit/contract';
import type { PartContext } from './install-part.js';
import { loadBundled, loadNative } from './load-native.js';
import type { ComputeOptions } from './tensorflow-env.js';

/** The backends, fastest first. */
export const BACKENDS = ['native', 'bundled', 'wasm', 'js'] as const;
export type BackendId = (typeof BACKENDS)[number];

export interface SelectOptions extends PartContext, ComputeOptions {
  /** Where to begin in the order native, bundled, wasm, js. Default native. `MODALKIT_BACKEND` names one and no other. */
  readonly prefer?: BackendId;
  /** Install native TensorFlow when it isn't there. Default false. */
  readonly install?: boolean;
  /** Told, in one sentence each, why a faster backend did not start. */
  readonly onNotice?: (sentence: string) => void;
}

type Load = (options: SelectOptions) => Promise<Backend | undefined>;
const LOAD: Readonly<Record<BackendId, Load>> = {
  native: loadNative,
  bundled: loadBundled,
  wasm: async () => (await import('./wasm-backend.js')).wasmBackend(),
  js: async () => (await import('./js-backend.js')).jsBackend(),
};

/**
 * The fastest backend that starts here, ready to compute.
 * @throws ModalkitError BACKEND when `MODALKIT_BACKEND` names one that doesn't start
 */
export async function selectBackend(options: SelectOptions = {}): Promise<Backend> {
  const only = namedByEnvironment();
  if (only) return (await LOAD[only](options)) ?? absent(only);
  for (const id of BACKENDS.slice(BACKENDS.indexOf(options.prefer ?? 'native'))) {
    try {
      const backend = await LOAD[id](options);
      if (backend) return backend;
    } catch (error) {
      if (options.signal?.aborted) throw error;
      options.onNotice?.(isModalkitError(error) ? error.message : `${id} backend: ${(error as Error).message}`);
    }
  }
  throw new ModalkitError('BACKEND', 'No tensor backend starts on this machine.');
}

function namedByEnvironment(): BackendId | undefined {
  const name = process.env.MODALKIT_BACKEND;
  if (!name) return undefined;
  if ((BACKENDS as readonly string[]).includes(name)) return name as BackendId;
  throw new ModalkitError('BACKEND', `MODALKIT_BACKEND is "${name}"; it may be ${BACKENDS.join(', ')}.`, { name });
}

function absent(id: BackendId): never {
  throw new ModalkitError(
    'BACKEND',
    `MODALKIT_BACKEND asks for the ${id} backend, which is not installed; run "modalkit backend install" or unset it.`,
    { id },
  );
}
