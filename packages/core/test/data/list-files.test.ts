import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listFiles } from '../../src/data/list-files.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'modalkit-文件-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(...path: string[]): void {
  mkdirSync(join(root, ...path.slice(0, -1)), { recursive: true });
  writeFileSync(join(root, ...path), 'x');
}

it('lists files and those below in the order of their names, Chinese ones too, and leaves hidden ones out', async () => {
  write('b.png');
  write('a', '图片', '七 7.png');
  write('a', 'z.png');
  write('.hidden.png');
  write('.git', 'c.png');
  mkdirSync(join(root, 'empty'));
  expect(await listFiles(root)).toEqual({ files: ['a/z.png', 'a/图片/七 7.png', 'b.png'], rejected: [] });
});

it('follows links to files inside, passes over links to folders, and rejects those out of the folder and to nowhere', async () => {
  write('sub', 'a.png');
  symlinkSync(join(root, 'sub', 'a.png'), join(root, 'inside.png'));
  symlinkSync(root, join(root, 'round'));
  symlinkSync('/etc/hostname', join(root, 'out.png'));
  symlinkSync(tmpdir(), join(root, 'out'));
  symlinkSync('nowhere', join(root, 'gone.png'));
  const { files, rejected } = await listFiles(root);
  expect(files).toEqual(['inside.png', 'sub/a.png']);
  expect(rejected).toEqual([
    expect.objectContaining({ id: 'gone.png', stage: 'read', reason: expect.stringMatching(/"gone\.png" is missing/) }),
    expect.objectContaining({ id: 'out', reason: expect.stringMatching(/link that leads outside/) }),
    expect.objectContaining({ id: 'out.png', file: 'out.png', code: 'SAMPLE' }),
  ]);
});

it('passes over a pipe without waiting for it', async () => {
  write('a.png');
  execFileSync('mkfifo', [join(root, 'pipe.png')]);
  expect(await listFiles(root)).toEqual({ files: ['a.png'], rejected: [] });
});

it.skipIf(process.getuid?.() === 0)(
  'rejects a file and a folder that may not be read, and lists the others',
  async () => {
    write('a.png');
    write('closed.png');
    write('shut', 'b.png');
    chmodSync(join(root, 'closed.png'), 0);
    chmodSync(join(root, 'shut'), 0);
    const { files, rejected } = await listFiles(root);
    chmodSync(join(root, 'shut'), 0o700);
    expect(files).toEqual(['a.png']);
    expect(rejected.map(({ id, reason }) => [id, reason])).toEqual([
      ['closed.png', '"closed.png" cannot be read (EACCES).'],
      ['shut', '"shut" cannot be read (EACCES).'],
    ]);
  },
);

it('a folder that is not there, or is a file, is one sentence', async () => {
  write('a.png');
  await expect(listFiles(join(root, 'none'))).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/none: this folder cannot be read \(ENOENT\)/),
  });
  await expect(listFiles(join(root, 'a.png'))).rejects.toThrow(/ENOTDIR/);
});
