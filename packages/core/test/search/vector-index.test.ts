import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openIndex, Searcher, writeIndex } from '../../src/search/index.js';
import { tf } from '../fusion/tf.js';

const folder = mkdtempSync(join(tmpdir(), 'modalkit-索引-'));
afterAll(() => rmSync(folder, { recursive: true }));

const samples = ['甲', '乙', '丙', '丁'].map((id) => ({ id, inputs: { caption: `字 ${id}\n` }, targets: {} }));
/** Four directions of the plane; the third sample has no caption. */
const caption = {
  width: 2,
  rows: Float32Array.of(1, 0, 0, 1, 0, 0, -0.6, 0.8),
  present: Uint8Array.of(1, 1, 0, 1),
};
const nothing = { width: 2, rows: new Float32Array(8), present: new Uint8Array(4) };

it('the best by cosine, best first, with their own samples; no tensor is left', async () => {
  await writeIndex(folder, samples, { caption, 'empty-输入': nothing });
  const before = tf.memory().numTensors;
  const searcher = new Searcher(tf, folder);
  // (0.6, 0.8): 0.6 to 甲, 0.8 to 乙, 0.28 = -0.36 + 0.64 to 丁.
  const found = await searcher.search(Float32Array.of(0.6, 0.8), 'caption', 2);
  expect(found.map(({ sample, input }) => [sample, input])).toEqual([
    [samples[1], 'caption'],
    [samples[0], 'caption'],
  ]);
  expect(found.map(({ score }) => score)).toEqual([expect.closeTo(0.8, 6), expect.closeTo(0.6, 6)]);
  const all = await searcher.search(Float32Array.of(0.6, 0.8), 'caption', 50);
  expect(all.map(({ sample }) => sample.id)).toEqual(['乙', '甲', '丁']);
  expect(await searcher.search(Float32Array.of(1, 0), 'empty-输入', 5)).toEqual([]);
  await searcher.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('no index is a sentence; one that does not fit its samples is refused', async () => {
  await writeIndex(folder, samples, { caption });
  await expect(openIndex(tf, folder, 'picture')).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/"picture".*modalkit eval/),
  });
  const lines = join(folder, 'index', 'samples.jsonl');
  const text = readFileSync(lines, 'utf8');
  writeFileSync(lines, text.split('\n').slice(0, 2).join('\n'));
  await expect(openIndex(tf, folder, 'caption')).rejects.toMatchObject({
    code: 'CHECKPOINT',
    message: expect.stringMatching(/caption\.safetensors.*do not match/),
  });
  writeFileSync(join(folder, 'index', 'caption.safetensors'), 'no');
  await expect(openIndex(tf, folder, 'caption')).rejects.toMatchObject({ code: 'CHECKPOINT' });
});
