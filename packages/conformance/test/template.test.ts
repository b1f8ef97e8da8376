import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { version } from '../package.json';
import { judge } from '../src/index.js';
import { filledTemplate } from './filled-template.js';

describe('templates/modality', () => {
  const folder = filledTemplate('modality', '@acme/thermal', 'thermal');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('keeps every promise, in under 20 s', async () => {
    const { thermal } = await import(join(folder, 'src', 'index.ts'));
    const rows = (count: number) => Array.from({ length: count }, (_, at) => [Math.sin(at + count), at / 3]);
    const start = performance.now();
    const found = [];
    const plugin = thermal({ channels: 2, maxTokens: 8, width: 8, heads: 2 });
    for await (const finding of judge({ plugin, samples: [rows(3), rows(2), rows(5)] })) found.push(finding);
    expect(found.filter(({ result }) => result === 'broken' || result === 'blocked')).toEqual([]);
    expect(found.filter(({ result }) => result === 'kept').length).toBeGreaterThan(35);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

test('templates/modality takes the packages of this version, by no address', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../templates/modality/package.json.template'), 'utf8');
  const { dependencies, devDependencies } = JSON.parse(text);
  const own = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => name.startsWith('@modalkit/'));
  expect(own.length).toBeGreaterThan(2);
  expect(own.filter(([, range]) => range !== `^${version}`)).toEqual([]);
  expect(text).not.toMatch(/https?:|workspace:|catalog:/);
});
