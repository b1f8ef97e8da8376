import { fitAdapters, hostContext, loadDataset, loadProject } from '@modalkit/core';

/**
 * The share of the commonest token among those of held-out captions: how often it is right to guess it for a hidden one, since every
 * token is as likely hidden as any other.
 * @param {string} config the pre-training's file
 * @returns {Promise<number>}
 */
export async function commonestToken(config) {
  const runtime = await loadProject(config);
  const { text } = runtime.inputs;
  const { samples, root } = await loadDataset(runtime);
  const of = (split) => samples.filter((sample) => sample.split === split && sample.inputs.text !== undefined);
  const { data, folder, targets, source, seed } = runtime;
  const states = await fitAdapters({ data, folder, targets, source, seed, inputs: { text } }, of('train'), root);
  const context = hostContext('text', states.text, root, data.fileLimit);
  const counts = new Map();
  for (const { inputs } of of('test'))
    for (const id of await text.adapter.prepare(inputs.text, context)) counts.set(id, (counts.get(id) ?? 0) + 1);
  await runtime.dispose();
  return shareOfMost([...counts.values()]);
}

/** @param {readonly number[]} counts */
export const shareOfMost = (counts) => Math.max(...counts) / counts.reduce((sum, count) => sum + count, 0);
