import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { digest } from '../../src/data/digest.js';
import { openSampleCache } from '../../src/data/sample-cache.js';

const KEY = 'ab'.repeat(32);
const value = { floats: Float32Array.of(1, 2.5), words: ['七'], nested: { n: 1 } };

describe('openSampleCache', () => {
  it('gives back what was put in, and treats every cut and every changed byte as a miss', () => {
    const folder = mkdtempSync(join(tmpdir(), 'modalkit-cache-'));
    const cache = openSampleCache(folder, () => {});
    expect(cache.get(KEY)).toBeUndefined();
    cache.put(KEY, serialize(value));
    expect(cache.get(KEY)?.value).toEqual(value);
    expect(readdirSync(join(folder, 'ab'))).toEqual([KEY]);
    const path = join(folder, 'ab', KEY);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      expect(cache.get(KEY)).toBeUndefined();
    }
    for (let place = 0; place < whole.length; place++) {
      const changed = Buffer.from(whole);
      changed[place]! ^= 1;
      writeFileSync(path, changed);
      expect(cache.get(KEY)).toBeUndefined();
    }
    cache.put(KEY, serialize(value));
    expect(cache.get(KEY)?.value).toEqual(value);
  });

  it('says once that the folder cannot be written, and goes on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'modalkit-cache-'));
    writeFileSync(join(folder, 'file'), '');
    const notices: string[] = [];
    const cache = openSampleCache(join(folder, 'file'), (message) => notices.push(message));
    cache.put(KEY, serialize(value));
    cache.put(KEY, serialize(value));
    expect(cache.get(KEY)).toBeUndefined();
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/cannot be written \(ENOTDIR\)/);
  });
});

describe('digest', () => {
  it('depends on content and type, not on the order of keys', () => {
    expect(digest({ a: 1, b: [2] })).toBe(digest({ b: [2], a: 1 }));
    const different = [
      { a: 1 },
      { a: '1' },
      [1],
      { a: Float32Array.of(1) },
      { a: Float64Array.of(1) },
      { a: Float32Array.of(2) },
    ];
    expect(new Set(different.map((one) => digest(one))).size).toBe(different.length);
  });
});
