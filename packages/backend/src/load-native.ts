import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Backend, Tf } from '@modalkit/contract';
import { BINDING, QUIET } from './addon-path.js';
import { CORE_SYMBOL } from './bridge-part.js';
import { captureProgram } from './capture/capture-program.js';
import { registerFused } from './fused-kernels.js';
import { registerGather } from './gather-kernel.js';
import { findNative, installNative } from './install-native.js';
import { installedBridges } from './installed-bridges.js';
import type { NativeBinding, NativeKernels } from './native-kernels.js';
import { shimNodeUtil } from './node-shim.js';
import type { SelectOptions } from './select-backend.js';
import { setTensorflowEnv } from './tensorflow-env.js';
import { registerUniform, uniformBy } from './uniform-kernel.js';

const NAME = 'tensorflow';
/** Where the package's install script puts what it downloads. */
const OWN_BINDING = 'lib/napi-v8/tfjs_binding.node';
const { dlopen } = constants;

/** TensorFlow is loaded once a process, with the threads and determinism of the first call. */
const loaded = new Map<string, Promise<Backend>>();

/** Native TensorFlow from the cache, or undefined when it isn't there and not to be installed. */
export async function loadNative(options: SelectOptions): Promise<Backend | undefined> {
  const install = (await findNative()) ?? (options.install ? await installNative(options) : undefined);
  if (!install) return undefined;
  return once('native', () =>
    loadFrom(join(install.folder, 'bridge'), join(install.folder, BINDING), 'native', options),
  );
}

/** The package's own download, where its install script was let run. */
export async function loadBundled(options: SelectOptions): Promise<Backend | undefined> {
  const folder = installedBridges().find((place) => existsSync(join(place, OWN_BINDING)));
  if (!folder) return undefined;
  return once('bundled', () => loadFrom(folder, join(folder, OWN_BINDING), 'bundled', options));
}

async function once(id: string, load: () => Promise<Backend>): Promise<Backend> {
  const ready = loaded.get(id) ?? load();
  loaded.set(id, ready);
  ready.catch(() => loaded.delete(id));
  const backend = await ready;
  await backend.tf.setBackend(NAME);
  return backend;
}

async function loadFrom(folder: string, addon: string, id: string, options: SelectOptions): Promise<Backend> {
  const compute = setTensorflowEnv(options);
  const { tf } = await import('./tfjs.js');
  shimNodeUtil();
  (globalThis as Record<symbol, unknown>)[Symbol.for(CORE_SYMBOL)] = tf;
  const require = createRequire(join(folder, 'package.json'));
  if (id === 'bundled') lendCore(require, tf);
  else process.dlopen({ exports: {} }, join(folder, '..', QUIET), dlopen.RTLD_NOW | dlopen.RTLD_GLOBAL);
  const { NodeJSKernelBackend } = require('./dist/nodejs_kernel_backend.js') as {
    NodeJSKernelBackend: new (binding: NativeBinding, name: string) => NativeKernels;
  };
  require('./dist/register_all_kernels.js');
  const kernels = new NodeJSKernelBackend(require(addon) as NativeBinding, '@tensorflow/tfjs-node-gpu');
  tf.registerBackend(NAME, () => kernels);
  registerFused(tf, kernels);
  registerGather(tf);
  registerUniform(tf, NAME);
  const device = kernels.isUsingGpuDevice ? gpuName() : 'CPU';
  const capture: Backend['capture'] = (program, notice) => captureProgram({ tf, kernels }, program, notice);
  return { id, tf, version: kernels.binding.TF_Version, device, ...compute, uniform: uniformBy(tf), capture };
}

/** Makes the package's `require('@tensorflow/tfjs')` our tfjs-core: the union package would load much that isn't used. */
function lendCore(require: NodeJS.Require, tf: Tf): void {
  const path = require.resolve('@tensorflow/tfjs');
  require.cache[path] = { id: path, filename: path, loaded: true, exports: tf } as NodeJS.Module;
}

function gpuName(): string {
  const folder = '/proc/driver/nvidia/gpus';
  const first = existsSync(folder) ? readdirSync(folder)[0] : undefined;
  const text = first ? readFileSync(join(folder, first, 'information'), 'utf8') : '';
  return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? 'GPU';
}
