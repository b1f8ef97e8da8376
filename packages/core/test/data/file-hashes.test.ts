import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileHashes } from '../../src/data/file-hashes.js';

const root = mkdtempSync(join(tmpdir(), 'modalkit-hashes-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const SIZE = 2 ** 20;

describe('the hash of a file', () => {
  it('of which many samples name a stretch is taken once while it stays the same', () => {
    writeFileSync(join(root, 'large'), Buffer.alloc(SIZE, 1));
    const identify = fileHashes(root, 2 * SIZE);
    const first = identify('large');
    expect(first.bytes).toHaveLength(SIZE);
    // taken from what is remembered: the content is not read again
    expect(identify('large')).toEqual({ hash: first.hash });
    writeFileSync(join(root, 'large'), Buffer.alloc(SIZE, 2));
    expect(identify('large').hash).not.toBe(first.hash);
  });

  it('is taken again when a file of the same size and date came in its place, also behind a link', () => {
    const put = (byte: number, name: string) => {
      writeFileSync(join(root, name), Buffer.alloc(SIZE, byte));
      utimesSync(join(root, name), 1, 1);
    };
    put(1, 'target');
    symlinkSync('target', join(root, 'link'));
    const identify = fileHashes(root, 2 * SIZE);
    const first = identify('link').hash;
    put(2, 'target');
    expect(identify('link').hash).not.toBe(first);
  });

  it('of a small file comes with its content each time, and what may not be read is refused each time', () => {
    writeFileSync(join(root, 'small'), 'small');
    const identify = fileHashes(root, SIZE);
    for (let turn = 0; turn < 2; turn++) expect(Buffer.from(identify('small').bytes!).toString()).toBe('small');
    writeFileSync(join(root, 'big'), Buffer.alloc(SIZE + 1));
    for (let turn = 0; turn < 2; turn++) {
      expect(() => identify('big')).toThrow(/more than the limit/);
      expect(() => identify('../big')).toThrow(/leads outside/);
    }
  });
});
