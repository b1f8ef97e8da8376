import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformance } from '@modalkit/conformance';
import { describe, expect, test } from 'vitest';
import { depth } from '../src/index.js';
import { readGrid } from '../src/read-grid.js';
import { writeGrid } from './write-grid.js';

const folder = mkdtempSync(join(tmpdir(), 'depth-'));
const at = (name: string) => join(folder, name);
writeGrid(at('wall.pgm'), 4, 6, (row, column) => 3000 + 100 * row + column);
writeGrid(at('step.pgm'), 4, 6, (_, column) => (column < 2 ? 1200 : 5000));
// nothing is measured on the left
writeGrid(at('window.pgm'), 4, 6, (row, column) => (column < 2 ? 0 : 700 * (row + 1)));
const options = { rows: 4, columns: 6, patch: 2, width: 8 };

conformance({
  runner: { describe, test },
  plugin: depth(options),
  samples: ['wall.pgm', 'step.pgm', 'window.pgm'],
  folder,
  wrongOptions: [{ rows: 0 }, { rows: 5, patch: 2 }, { width: 10 }],
  // `npm test` builds first
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: 'depth', options: [options] },
  budget: { prepareMs: 100, preparedBytes: 1000, stepMs: 2000, stepBytes: 2_000_000 },
});

test('files that are no such grid are refused by name', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(() => readGrid(bytes('PNG'), 'a.pgm', 1, 1)).toThrow('a.pgm: it does not begin as a binary PGM');
  expect(() => readGrid(bytes('P5 1 1 255 x'), 'a.pgm', 1, 1)).toThrow('8 bits');
  expect(() => readGrid(bytes('P5 2 1 65535 abcd'), 'a.pgm', 1, 1)).toThrow('1 x 2 pixels, the options say 1 x 1');
  expect(() => readGrid(bytes('P5 1 1 65535 a'), 'a.pgm', 1, 1)).toThrow('1 bytes of pixels instead of 2');
  expect(() => readGrid(bytes('P5 1 1 65535 \0\0'), 'a.pgm', 1, 1)).toThrow('no pixel measured anything');
  expect([...readGrid(bytes('P5 # camera 3\n1 1 65535 \x01\x02'), 'a.pgm', 1, 1)]).toEqual([258]);
});
