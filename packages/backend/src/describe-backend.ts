import type { Backend } from '@modalkit/contract';
import { PLATFORM, wheelsFor } from './wheels.js';

const NAMES: Readonly<Record<string, string>> = {
  native: 'native TensorFlow',
  bundled: 'TensorFlow of @tensorflow/tfjs-node-gpu',
  wasm: 'WebAssembly (tfjs)',
  js: 'plain JavaScript (tfjs)',
};

/** One line: what runs, its version, device and threads, and how to get the faster one when there is one. */
export function describeBackend(backend: Backend): string {
  const threads = `${backend.threads} ${backend.threads === 1 ? 'thread' : 'threads'}`;
  const bits = backend.deterministic ? 'deterministic' : 'not deterministic';
  const runs = `${NAMES[backend.id] ?? backend.id} ${backend.version}, ${backend.device}, ${threads}, ${bits}`;
  return backend.id === 'native' ? runs : `${runs}; ${fasterOne()}`;
}

function fasterOne(): string {
  const wheel = wheelsFor(PLATFORM, false)[0];
  if (!wheel) return `native TensorFlow has no build for ${PLATFORM}`;
  return `faster: "modalkit backend install" fetches native TensorFlow ${wheel.version} (${Math.round(wheel.bytes / 1e6)} MB)`;
}
