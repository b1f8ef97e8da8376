import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashConfined, locateConfined, readConfined } from '../../src/data/read-confined.js';

const LIMIT = 1024;
const outside = mkdtempSync(join(tmpdir(), 'modalkit-outside-'));
const root = join(outside, 'data');
mkdirSync(join(root, 'sub'), { recursive: true });
writeFileSync(join(outside, 'secret'), 'secret');
writeFileSync(join(root, '好.bin'), 'good');
writeFileSync(join(root, 'empty'), '');
writeFileSync(join(root, 'big'), '');
truncateSync(join(root, 'big'), LIMIT + 1);
symlinkSync('../secret', join(root, 'link'));
symlinkSync(outside, join(root, 'door'));
symlinkSync('loop', join(root, 'loop'));
symlinkSync('../好.bin', join(root, 'sub', 'inner'));
execFileSync('mkfifo', [join(root, 'pipe')]);

const refused = (path: string, message: RegExp): void => {
  for (const use of [readConfined, locateConfined, hashConfined])
    expect(() => use(root, path, LIMIT)).toThrow(
      expect.objectContaining({ code: 'SAMPLE', message: expect.stringMatching(message) }),
    );
};

describe('readConfined', () => {
  it('reads a file, and a link that stays inside', () => {
    expect(Buffer.from(readConfined(root, '好.bin', LIMIT)).toString()).toBe('good');
    expect(Buffer.from(readConfined(root, 'sub/inner', LIMIT)).toString()).toBe('good');
  });

  it('hashes a small file and keeps it, a large one piece by piece', () => {
    const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    const small = hashConfined(root, '好.bin', LIMIT);
    expect(small.hash).toBe(sha256('good'));
    expect(Buffer.from(small.bytes!).toString()).toBe('good');
    const large = Buffer.alloc(17 * 2 ** 20 + 5, 'piece by piece ');
    writeFileSync(join(root, 'large'), large);
    expect(hashConfined(root, 'large', 2 ** 30)).toEqual({ hash: sha256(large) });
    expect(locateConfined(root, 'large', 2 ** 30)).toBe(realpathSync(join(root, 'large')));
  });

  it.each([
    '../secret',
    'sub/../../secret',
    '/etc/passwd',
    '..\\secret',
    'C:\\secret',
    '\\\\host\\share',
    'link',
    'door/secret',
  ])('refuses %s, which leads outside', (path) => refused(path, /outside the data folder/));

  it('refuses what is no regular, readable file, without waiting for it', () => {
    refused('gone', /is missing/);
    refused('empty', /is empty \(0 bytes\)/);
    refused('big', /has 1025 bytes, more than the limit of 1024/);
    refused('sub', /not a regular file/);
    refused('pipe', /not a regular file/);
    refused('loop', /leads to itself/);
    refused('好.bin/x', /is missing/);
    refused('a\0b', /no file name/);
    refused('', /no file name/);
    refused('x'.repeat(300), /too long a name/);
  });

  it.skipIf(process.getuid?.() === 0)('refuses what may not be read', () => {
    writeFileSync(join(root, 'locked'), 'x');
    chmodSync(join(root, 'locked'), 0);
    refused('locked', /permission denied/);
  });
});
