import type { Backend } from '@modalkit/contract';
import { tf } from './tfjs.js';
import '@tensorflow/tfjs-backend-cpu';
import { registerUniform, uniformBy } from './uniform-kernel.js';

/** The plain JS backend: no install, every kernel, slow. For tests and as the last resort. */
export async function jsBackend(): Promise<Backend> {
  await tf.setBackend('cpu');
  // spares the advice to install tfjs-node that the backend prints at its first tensor
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  registerUniform(tf, 'cpu');
  const version = tf.version_core;
  return { id: 'js', tf, version, device: 'CPU', threads: 1, deterministic: true, uniform: uniformBy(tf) };
}
