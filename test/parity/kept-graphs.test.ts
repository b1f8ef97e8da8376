import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNative } from '@modalkit/backend';
import type { ProgramInfo } from '@modalkit/contract';
import { expect, it } from 'vitest';
import { start } from '../journeys/tools/modalkit.js';

const native = await findNative();
const TMP = fileURLToPath(new URL('.tmp', import.meta.url));

/** Long enough to be stopped on its way. */
const CONFIG = `
import { classify, crossEntropy, jsonl, late } from '@modalkit/core';
import { text } from '@modalkit/text';

export default {
  inputs: { words: text({ width: 8, layers: 1, heads: 2, vocabulary: 300 }) },
  space: { width: 8 },
  fusion: late(),
  heads: { kind: classify({ classes: ['a', 'b'] }) },
  objectives: { kind: crossEntropy({ head: 'kind' }) },
  data: { source: jsonl({ path: 'samples.jsonl' }), batch: 4, workers: 0, cache: false },
  train: { steps: 1_000_000, evaluateEvery: false },
};
`;

/** Trains until a few steps are made, in a process of its own, and stops; the training step's graphs. */
async function begin(folder: string, run: string): Promise<ProgramInfo> {
  const args = ['train', folder, '--run', join(folder, run), '--json'];
  const started = start(args, { env: { MODALKIT_BACKEND: 'native' } });
  await started.printed(/step \d+\/1000000 /);
  started.process.kill('SIGINT');
  const { programs } = (await started.ended).json() as { programs: Record<string, ProgramInfo> };
  return programs['training step']!;
}

it.runIf(native)(
  'a second start, and one that goes on, record nothing: their graphs are kept',
  async () => {
    await mkdir(TMP, { recursive: true });
    // A folder of its own is code of its own: nothing is kept of it yet.
    const folder = await mkdtemp(join(TMP, 'kept-'));
    try {
      await writeFile(join(folder, 'modalkit.config.mjs'), CONFIG);
      const row = (index: number) => ({
        ...{ id: `s${index}`, inputs: { words: index % 2 ? 'one' : 'two' }, targets: { kind: index % 2 ? 'a' : 'b' } },
        split: index < 8 ? 'train' : 'test',
      });
      const lines = Array.from({ length: 12 }, (_, index) => `${JSON.stringify(row(index))}\n`);
      await writeFile(join(folder, 'samples.jsonl'), lines.join(''));
      expect(await begin(folder, 'first')).toMatchObject({ mode: 'captured', graphs: [{ kept: false }] });
      expect(await begin(folder, 'second')).toMatchObject({ mode: 'captured', graphs: [{ kept: true }] });
      expect(await begin(folder, 'first')).toMatchObject({ mode: 'captured', graphs: [{ kept: true }] });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
