import type { Backend } from '@modalkit/contract';
import { cacheFolder } from './cache-folder.js';
import { findNative } from './install-native.js';
import { alteredFiles, readReady } from './seal-folder.js';
import { selectBackend } from './select-backend.js';

export interface BackendInfo {
  readonly platform: string;
  readonly node: string;
  readonly cache: string;
  /** What is installed in the cache, and which of its files are no longer what was installed. */
  readonly native: { folder: string; parts: Readonly<Record<string, string>>; bytes: number; altered: string[] } | null;
  readonly running: Pick<Backend, 'id' | 'version' | 'device' | 'threads' | 'deterministic'>;
  /** Of a product of two 1024 x 1024 matrices, in 10^9 operations a second. */
  readonly gflops: number;
  readonly notices: readonly string[];
}

/** What is installed, what would run here, and how fast. */
export async function backendInfo(): Promise<BackendInfo> {
  const notices: string[] = [];
  const install = await findNative();
  const backend = await selectBackend({ onNotice: (sentence) => notices.push(sentence) });
  const { id, version, device, threads, deterministic } = backend;
  return {
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    cache: cacheFolder(),
    native: install
      ? {
          folder: install.folder,
          parts: install.parts,
          bytes: install.bytes,
          altered: await alteredFiles(install.folder, (await readReady(install.folder))!),
        }
      : null,
    running: { id, version, device, threads, deterministic },
    gflops: await measureGflops(backend),
    notices,
  };
}

const SIDE = 1024;
const SECONDS = 0.3;

async function measureGflops({ tf }: Backend): Promise<number> {
  const [a, b] = [tf.randomUniform([SIDE, SIDE]), tf.randomUniform([SIDE, SIDE])];
  const multiply = async () => {
    const product = tf.matMul(a, b);
    await product.data();
    product.dispose();
  };
  await multiply();
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < SECONDS * 1000) {
    await multiply();
    runs += 1;
  }
  tf.dispose([a, b]);
  return Math.round((runs * 2 * SIDE ** 3) / (performance.now() - start) / 1e5) / 10;
}
