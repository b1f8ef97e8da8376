import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { AdapterCase } from './adapter-case.js';

/** What the thread runs: text, since it must be JavaScript whether this package is built or not. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { readFile } = require('node:fs/promises');
const { join } = require('node:path');
(async () => {
  const { module, factory, options, samples, state, folder } = workerData;
  const plugin = (await import(module))[factory](...options);
  let adapter;
  const provide = (token, make) => { if (token.name === 'Adapter') adapter = make(); };
  plugin.setup({ slot: 'inputs/tried', provide, keep() {}, get() {}, onDispose() {} });
  const read = (path) => readFile(join(folder, path));
  const context = { input: 'tried', state, read, locate: async (path) => join(folder, path) };
  const prepared = [];
  for (const sample of samples) prepared.push(await adapter.prepare(sample, context));
  parentPort.postMessage(prepared);
})();
`;

/**
 * Prepares samples in a thread that imports the plugin's built module.
 * @throws what the thread throws
 */
export async function prepareInWorker(
  { worker, folder = process.cwd() }: AdapterCase,
  samples: readonly unknown[],
  state: unknown,
): Promise<readonly unknown[]> {
  const { module, factory, options = [] } = worker!;
  const url = /^(?:file|data):/.test(String(module)) ? String(module) : pathToFileURL(String(module)).href;
  const workerData = { module: url, factory, options, samples, state, folder };
  // as Node starts it: conditions and loaders of the test runner are none of the plugin's
  const thread = new Worker(THREAD, { eval: true, workerData, execArgv: [] });
  try {
    const [prepared] = await once(thread, 'message');
    return prepared;
  } finally {
    await thread.terminate();
  }
}
