import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheFolder } from '../src/cache-folder.js';
import { describeBackend } from '../src/describe-backend.js';
import { selectBackend } from '../src/select-backend.js';
import { wheelsFor } from '../src/wheels.js';

beforeEach(() => {
  vi.stubEnv('MODALKIT_CACHE', mkdtempSync(join(tmpdir(), 'modalkit-缓存-')));
  vi.stubEnv('MODALKIT_BACKEND', '');
});
afterEach(() => vi.unstubAllEnvs());

test('with nothing installed wasm runs, and its line says how to get the faster one', async () => {
  const backend = await selectBackend();
  expect(backend.id).toBe('wasm');
  expect(describeBackend(backend)).toMatch(/^WebAssembly \(tfjs\) 4\.\d+\.\d+, CPU, 1 thread, deterministic; /);
  if (process.platform === 'linux') expect(describeBackend(backend)).toContain('"modalkit backend install"');
});

test('MODALKIT_BACKEND names one backend and no other', async () => {
  vi.stubEnv('MODALKIT_BACKEND', 'js');
  expect((await selectBackend({ prefer: 'wasm' })).id).toBe('js');
  vi.stubEnv('MODALKIT_BACKEND', 'native');
  await expect(selectBackend()).rejects.toMatchObject({
    code: 'BACKEND',
    message: expect.stringMatching(/not installed/),
  });
  vi.stubEnv('MODALKIT_BACKEND', 'cuda');
  await expect(selectBackend()).rejects.toMatchObject({
    code: 'BACKEND',
    message: expect.stringMatching(/native, bundled, wasm, js/),
  });
});

test('an install that fails is told in one sentence, and the next backend runs', async () => {
  vi.stubEnv('PATH', tmpdir());
  const notices: string[] = [];
  const backend = await selectBackend({ install: true, onNotice: (sentence) => notices.push(sentence) });
  expect(backend.id).toBe('wasm');
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatch(/^native backend: .*\.$/);
});

test('with a GPU its wheel is wanted first, and nothing for a platform without wheels', () => {
  expect(wheelsFor('linux-x64', true).map(({ project, gpu }) => [project, gpu])).toEqual([
    ['tensorflow', true],
    ['tensorflow-cpu', false],
  ]);
  expect(wheelsFor('linux-x64', false).map(({ project }) => project)).toEqual(['tensorflow-cpu']);
  expect(wheelsFor('win32-x64', false)).toEqual([]);
});

test('the cache is where the platform keeps caches', () => {
  expect(cacheFolder({ MODALKIT_CACHE: '/x' }, 'linux')).toBe('/x');
  expect(cacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux')).toBe(join('/c', 'modalkit'));
  expect(cacheFolder({ LOCALAPPDATA: 'L' }, 'win32')).toBe(join('L', 'modalkit'));
  expect(cacheFolder({}, 'darwin')).toMatch(/Library.Caches.modalkit$/);
});
