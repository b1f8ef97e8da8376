import { mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder, openCheckpoints } from '../../src/checkpoint/index.js';
import { content, errorOf, temporaryFolder } from './helpers.js';

async function flip(path: string, at: number, bit = 0): Promise<void> {
  const bytes = await readFile(path);
  bytes[at]! ^= 1 << bit;
  await writeFile(path, bytes);
}

describe('checkpoints', () => {
  it('loads what it saved, bit by bit', async () => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
    const folder = await checkpoints.save(123, content(5));
    expect(folder).toBe(join(checkpoints.folder, 'step-00000123'));
    expect((await readdir(folder)).sort()).toEqual([
      'config.json',
      'manifest.json',
      'optimiser.safetensors',
      'state.json',
      'weights.safetensors',
    ]);
    const loaded = (await checkpoints.latest())!;
    expect(loaded.tensors).toEqual(content(5).tensors);
    expect(loaded.documents).toEqual(content(5).documents);
    expect(Object.is(loaded.tensors.weights!.get('question/table')!.data[1], -0)).toBe(true);
    expect(await checkpoints.readDocument(123, 'state')).toEqual({ step: 123 - 118, 名: '检查点' });
  });

  it('has no latest in a folder that does not exist', async () => {
    const checkpoints = await openCheckpoints(join(await temporaryFolder(), 'none'), { keep: 2 });
    expect(await checkpoints.latest()).toBeUndefined();
    expect(await checkpoints.list()).toEqual([]);
  });

  it('refuses to keep fewer than two', async () => {
    const error = await errorOf(() => openCheckpoints('x', { keep: 1 }), 'CONFIG');
    expect(error.message).toContain('not 1');
  });

  it('keeps the newest sound ones and counts no damaged one', async () => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
    for (const step of [1, 2]) await checkpoints.save(step, content(step));
    const again = await openCheckpoints(checkpoints.folder, { keep: 2 });
    await flip(join(checkpoints.folder, 'step-00000002', 'weights.safetensors'), 9);
    await again.save(3, content(3));
    expect((await again.list()).map(({ step }) => step)).toEqual([1, 2, 3]);
    await again.save(4, content(4));
    expect((await again.list()).map(({ step }) => step)).toEqual([3, 4]);
  });

  it('never deletes the one just saved, though others have later steps', async () => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
    for (const step of [10, 20, 30, 5]) await checkpoints.save(step, content(step));
    expect((await checkpoints.list()).map(({ step }) => step)).toEqual([5, 20, 30]);
  });

  it('replaces a checkpoint of the same step', async () => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
    await checkpoints.save(1, content(1));
    await checkpoints.save(1, content(2));
    expect((await checkpoints.latest())!.documents).toEqual(content(2).documents);
    const lock = await lockFolder(checkpoints.folder);
    await openCheckpoints(checkpoints.folder, { keep: 2, lock });
    expect((await readdir(checkpoints.folder)).sort()).toEqual(['.lock', 'step-00000001']);
    await lock.release();
  });

  it('walks back over damaged ones and says why', async () => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 4 });
    for (const step of [1, 2, 3, 4]) await checkpoints.save(step, content(step));
    const at = (step: number, name: string) => join(checkpoints.folder, `step-0000000${step}`, name);
    await flip(at(4, 'optimiser.safetensors'), 40);
    await writeFile(at(3, 'manifest.json'), '');
    await rename(at(2, 'state.json'), at(2, 'other.json'));
    const loaded = (await checkpoints.latest())!;
    expect(loaded.step).toBe(1);
    expect(loaded.skipped.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('step-00000004/optimiser.safetensors was altered'),
      expect.stringContaining('step-00000003/manifest.json is cut short'),
      expect.stringContaining('step-00000002/state.json cannot be read (ENOENT)'),
    ]);
    await flip(at(1, 'state.json'), 0);
    const error = await errorOf(() => checkpoints.latest(), 'CHECKPOINT');
    expect(error.message).toContain('None of the 4 checkpoints');
  });

  it('refuses a checkpoint under the name of another step', async () => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
    await rename(await checkpoints.save(1, content(1)), join(checkpoints.folder, 'step-00000002'));
    const error = await errorOf(() => checkpoints.load(2), 'CHECKPOINT');
    expect(error.message).toContain('is of step 1, not of 2');
  });

  it('opens no link and no folder in place of a file', async () => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
    const folder = await checkpoints.save(1, content(1));
    await rename(join(folder, 'state.json'), join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(folder, 'state.json'));
    expect((await errorOf(() => checkpoints.load(1), 'CHECKPOINT')).message).toContain('is not a regular file');
    await rename(join(folder, 'manifest.json'), join(folder, 'manifest'));
    await mkdir(join(folder, 'manifest.json'));
    expect((await errorOf(() => checkpoints.load(1), 'CHECKPOINT')).message).toContain('is not a regular file');
  });

  it.each(['../escape', 'Weights', 'a.b', 'constructor', '-y', '', 'a b', '权重', 'a\0'])(
    'refuses the file stem %j',
    async (stem) => {
      const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
      await errorOf(() => checkpoints.save(1, { tensors: {}, documents: { [stem]: 1 } }), 'CHECKPOINT');
      expect(await readdir(checkpoints.folder)).toEqual([]);
    },
  );

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses step %d', async (step) => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
    await errorOf(() => checkpoints.save(step, content(1)), 'CHECKPOINT');
  });

  it('refuses documents with a key __proto__ and a document called manifest', async () => {
    const checkpoints = await openCheckpoints(await temporaryFolder(), { keep: 2 });
    const proto = JSON.parse('{"a":[{"__proto__":1}]}');
    await errorOf(() => checkpoints.save(1, { tensors: {}, documents: { state: proto } }), 'CHECKPOINT');
    await errorOf(() => checkpoints.save(1, { tensors: {}, documents: { manifest: {} } }), 'CHECKPOINT');
    await checkpoints.save(1, { tensors: {}, documents: { state: { a: '"__proto__":' } } });
    expect(await checkpoints.readDocument(1, 'state')).toEqual({ a: '"__proto__":' });
    await errorOf(() => checkpoints.readDocument(1, 'config'), 'CHECKPOINT');
  });

  it('clears leftovers of an interrupted save only as the owner, and brings back what stood aside', async () => {
    const folder = await temporaryFolder();
    const checkpoints = await openCheckpoints(folder, { keep: 2 });
    await rename(await checkpoints.save(1, content(1)), join(folder, '.old-step-00000001'));
    await mkdir(join(folder, '.tmp-step-00000002-7'));
    await openCheckpoints(folder, { keep: 2 });
    expect(await readdir(folder)).toHaveLength(2);
    const lock = await lockFolder(folder);
    const owned = await openCheckpoints(folder, { keep: 2, lock });
    expect((await readdir(folder)).sort()).toEqual(['.lock', 'step-00000001']);
    expect((await owned.latest())!.step).toBe(1);
    await lock.release();
  });

  it('names the file and the errno when it cannot write', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const checkpoints = await openCheckpoints(join(folder, 'file', 'run'), { keep: 2 });
    const error = await errorOf(() => checkpoints.save(1, content(1)), 'DISK');
    expect(error.message).toContain(`${join(folder, 'file', 'run')} (ENOTDIR)`);
    expect((await stat(join(folder, 'file'))).size).toBe(0);
  });
});
