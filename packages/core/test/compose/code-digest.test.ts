import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeDigest } from '../../src/compose/code-digest.js';

let folder: string;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const digested = () => codeDigest(join(folder, 'modalkit.config.ts'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modalkit-code-'));
  write(
    'modalkit.config.ts',
    `import { near } from './near.ts';\nimport 'far';\nimport fs from 'node:fs';\nexport default near;`,
  );
  write('near.ts', `export { near } from './深/further.mjs';`);
  write('深/further.mjs', 'export const near = 1;');
  write('other.ts', 'export {};');
  write('node_modules/far/package.json', '{ "name": "far", "version": "1.0.0", "main": "index.js" }');
  write('node_modules/far/index.js', 'module.exports = 1;');
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['the config', 'modalkit.config.ts', `import { near } from './near.ts';\nexport default near;`],
  ['a file it imports', 'near.ts', `export { near } from './深/further.mjs'; // changed`],
  ['a file that one imports', '深/further.mjs', 'export const near = 2;'],
  [
    'the version of a package',
    'node_modules/far/package.json',
    '{ "name": "far", "version": "1.0.1", "main": "index.js" }',
  ],
])('changes with %s', (_, path, text) => {
  const before = digested();
  expect(digested()).toBe(before);
  write(path, text);
  expect(digested()).not.toBe(before);
});

test('stays when a file changes that the config does not run', () => {
  const before = digested();
  write('other.ts', 'export const changed = 1;');
  expect(digested()).toBe(before);
});
