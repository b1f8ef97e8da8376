import { type Backend, ModalkitError } from '@modalkit/contract';
import { tf } from './tfjs.js';
import '@tensorflow/tfjs-backend-wasm';
import { registerOneHot } from './one-hot-kernel.js';
import { registerSegmentSum } from './segment-sum-kernel.js';
import { registerUniform, uniformBy } from './uniform-kernel.js';

/** WebAssembly with SIMD, one thread under Node; it lacks the gradients of convolutions. */
export async function wasmBackend(): Promise<Backend> {
  if (!(await tf.setBackend('wasm'))) throw new ModalkitError('BACKEND', 'wasm backend: WebAssembly did not start.');
  registerUniform(tf, 'wasm');
  registerSegmentSum(tf);
  registerOneHot(tf);
  const version = tf.version_core;
  return { id: 'wasm', tf, version, device: 'CPU', threads: 1, deterministic: true, uniform: uniformBy(tf) };
}
