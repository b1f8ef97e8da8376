import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lockFolder } from '@modalkit/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRunFolder } from '../../recipes/tools/run-folder.mjs';

let folder: string;
let said: string[];
const say = (line: string) => said.push(line);
beforeEach(async () => {
  said = [];
  folder = join(mkdtempSync(join(tmpdir(), 'modalkit-runs-')), 'digits');
  await openRunFolder(folder, ['--steps', '300']);
  writeFileSync(join(folder, 'progress'), 'first');
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

const progress = (of: string) =>
  existsSync(join(of, 'progress')) ? readFileSync(join(of, 'progress'), 'utf8') : undefined;

test('a run that was stopped goes on when it is started with the same options', async () => {
  await openRunFolder(folder, ['--steps', '300'], { say });
  expect(said).toEqual([]);
  expect(progress(folder)).toBe('first');
  expect(existsSync(`${folder}-before`)).toBe(false);
});

test('one that is finished, or was started with other options, is kept beside the new one, which is said', async () => {
  await openRunFolder(folder, [], { say });
  expect([progress(folder), progress(`${folder}-before`)]).toEqual([undefined, 'first']);
  writeFileSync(join(folder, 'progress'), 'second');
  writeFileSync(join(folder, 'summary.json'), '{}');
  await openRunFolder(folder, [], { say });
  expect([progress(folder), progress(`${folder}-before`)]).toEqual([undefined, 'second']);
  expect(said).toEqual([
    `${folder} was started with other options: it is kept as digits-before, and a new run begins.`,
    `${folder} is finished: it is kept as digits-before, in place of the one that was there, and a new run begins.`,
  ]);
});

test('a recipe of several parts tells by itself whether it is finished', async () => {
  writeFileSync(join(folder, 'summary.json'), '{}');
  await openRunFolder(folder, ['--steps', '300'], { finished: false, say });
  expect([progress(folder), said]).toEqual(['first', []]);
});

test('one that is going is left alone', async () => {
  const lock = await lockFolder(folder);
  await expect(openRunFolder(folder, [])).rejects.toMatchObject({ code: 'LOCKED' });
  expect(progress(folder)).toBe('first');
  await lock.release();
});
