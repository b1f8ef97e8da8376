import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/checkpoint/index.js';
import { errorOf, temporaryFolder } from './helpers.js';

it('replaces a file and leaves nothing beside it', async () => {
  const folder = await temporaryFolder();
  for (const data of ['old', '新']) await writeFileAtomic(join(folder, 'summary.json'), data);
  expect(await readFile(join(folder, 'summary.json'), 'utf8')).toBe('新');
  expect(await readdir(folder)).toEqual(['summary.json']);
});

it('names the file when it cannot, and leaves nothing beside it', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'summary.json'));
  const error = await errorOf(() => writeFileAtomic(join(folder, 'summary.json'), 'x'), 'DISK');
  expect(error.message).toContain('summary.json (EISDIR)');
  expect(await readdir(folder)).toEqual(['summary.json']);
});
