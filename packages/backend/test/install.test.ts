import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compileAddons } from '../src/compile-addons.js';
import { installFolder } from '../src/install-folder.js';
import type { InstallPart } from '../src/install-part.js';
import { alteredFiles, readReady } from '../src/seal-folder.js';
import { wheelPart } from '../src/wheel-part.js';
import { WHEELS } from '../src/wheels.js';
import { builtBackend } from './built-backend.js';
import { fakeWheel } from './fake-wheel.js';
import { count, installParts } from './killed-install.mjs';

const FULL = process.env.MODALKIT_FULL === '1';
const ROOT = process.platform === 'linux' && process.getuid?.() === 0;

let cache: string;
let target: string;
let wheels: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'modalkit-缓存 '));
  target = join(cache, 'native', 'tensorflow-9.9.9');
  wheels = join(cache, 'wheels');
  mkdirSync(wheels);
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', pathToFileURL(wheels).href);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

/** Nothing but whole installations: no temporary folder, every file as it was installed. */
async function expectWhole() {
  const ready = await readReady(target);
  expect(ready && (await alteredFiles(target, ready))).toEqual([]);
  expect(readdirSync(dirname(target))).toEqual(['tensorflow-9.9.9']);
}

const expectNothing = () => expect(existsSync(dirname(target)) ? readdirSync(dirname(target)) : []).toEqual([]);

/** A part that writes one file. */
const writes =
  (content: string | Buffer): InstallPart =>
  async (folder) => {
    await writeFile(join(folder, 'file'), content);
    return {};
  };

test('a wheel that pip fetches becomes a folder with what is needed of it, once', async () => {
  const wheel = fakeWheel(wheels);
  const tasks = new Set<string>();
  const first = await installFolder(target, [wheelPart(wheel)], 2e6, { onProgress: ({ task }) => tasks.add(task) });
  expect(first.reused).toBe(false);
  expect(Object.keys(first.ready.files)).toEqual([
    'deps/include/tensorflow/c/c_api.h',
    'deps/lib/libtensorflow_cc.so.2',
    'deps/lib/libtensorflow_framework.so.2',
  ]);
  expect(first.ready.files['deps/lib/libtensorflow_cc.so.2']?.bytes).toBe(800_000);
  expect(tasks).toContain('unpack TensorFlow');
  await expectWhole();
  rmSync(wheels, { recursive: true });
  expect((await installFolder(target, [wheelPart(wheel)], 2e6)).reused).toBe(true);
});

test('a wheel of another hash is refused and thrown away', async () => {
  const wheel = { ...fakeWheel(wheels), sha256: '0'.repeat(64) };
  const install = installFolder(target, [wheelPart(wheel)], 2e6);
  await expect(install).rejects.toMatchObject({
    code: 'BACKEND',
    message: expect.stringMatching(/sha256 .* expected 0{64}/),
  });
  expectNothing();
});

test('a wheel that pip cannot find: its own words, and where to look', async () => {
  const wheel = { ...WHEELS[0]!, version: '9.9.8' };
  const install = installFolder(target, [wheelPart(wheel)], 2e6);
  await expect(install).rejects.toMatchObject({
    code: 'BACKEND',
    message: expect.stringMatching(/tensorflow-cpu==9\.9\.8.*pip config list/),
  });
  expectNothing();
});

test('without pip, and without a compiler: one sentence each', async () => {
  vi.stubEnv('PATH', wheels);
  await expect(installFolder(target, [wheelPart(WHEELS[0]!)], 2e6)).rejects.toMatchObject({
    details: { reason: 'no-pip' },
    message: expect.stringMatching(/^native backend: no pip was found .*\.$/),
  });
  await expect(compileAddons(cache, WHEELS[0]!, {})).rejects.toMatchObject({
    details: { reason: 'no-compiler' },
    message: expect.stringMatching(/no C\+\+ compiler \(tried g\+\+, c\+\+, clang\+\+, and ziglang.*\.$/),
  });
  expectNothing();
});

test('an aborted installation leaves nothing', async () => {
  const controller = new AbortController();
  const abort: InstallPart = async () => {
    controller.abort();
    return {};
  };
  await expect(installFolder(target, [abort, wheelPart(WHEELS[0]!)], 1, controller)).rejects.toThrow(/abort/);
  expectNothing();
});

test('two at once: one works, the other waits', async () => {
  let runs = 0;
  const part: InstallPart = async (folder) => {
    runs += 1;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await writeFile(join(folder, 'file'), 'x');
    return {};
  };
  const both = await Promise.all([installFolder(target, [part], 1), installFolder(target, [part], 1)]);
  expect(runs).toBe(1);
  expect(both.map(({ reused }) => reused).sort()).toEqual([false, true]);
});

test('a file cut short is seen, and the folder is made anew', async () => {
  const part: InstallPart = writes('whole');
  await installFolder(target, [part], 1);
  writeFileSync(join(target, 'file'), 'who');
  expect(await readReady(target)).toBeUndefined();
  expect((await installFolder(target, [part], 1)).reused).toBe(false);
  await expectWhole();
});

test('a disk too small is seen before anything is fetched', async () => {
  const never: InstallPart = () => Promise.reject(new Error('ran'));
  await expect(installFolder(target, [never], 1e18)).rejects.toMatchObject({
    code: 'BACKEND',
    message: expect.stringMatching(/is full: the installation needs .* MB; .*MODALKIT_CACHE/),
  });
});

test.runIf(existsSync('/proc'))('a cache where no folder can be made: one sentence, at once', async () => {
  await expect(installFolder('/proc/modalkit/native/x', [writes('x')], 1)).rejects.toMatchObject({
    code: 'BACKEND',
    message: 'native backend: /proc/modalkit/native cannot be made; set MODALKIT_CACHE to a folder of yours.',
  });
});

test.runIf(ROOT)('a disk that fills up on the way leaves nothing', async () => {
  const disk = join(cache, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  try {
    const part: InstallPart = writes(Buffer.alloc(4e6));
    await expect(installFolder(join(disk, 'native', 'x'), [part], 1)).rejects.toMatchObject({
      message: expect.stringMatching(/is full/),
    });
    expect(readdirSync(join(disk, 'native'))).toEqual([]);
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('killed at any point, the next installation is whole', async () => {
  const entry = await builtBackend('install');
  const script = join(import.meta.dirname, 'killed-install.mjs');
  const kills = FULL ? 20 : 3;
  const fired: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, [script, entry, target], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_code, name) => resolve(name)));
    const begun = await new Promise((resolve) => child.stdout.once('data', () => resolve(true)).once('close', resolve));
    expect(begun).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, (kill * 250) / (kills - 1)));
    child.kill('SIGKILL');
    fired.push(`${await closed}`);
    const ready = await readReady(target);
    if (ready) expect(await alteredFiles(target, ready)).toEqual([]);
    // the lock of a dead process goes stale after ten seconds: they pass at once here
    if (existsSync(`${dirname(target)}.lock`)) utimesSync(`${dirname(target)}.lock`, 1, 1);
    await installFolder(target, installParts, 1);
    await expectWhole();
    expect(Object.keys((await readReady(target))!.files)).toHaveLength(count);
    rmSync(target, { recursive: true });
  }
  expect(fired.filter((signal) => signal === 'SIGKILL').length).toBeGreaterThanOrEqual(kills * 0.6);
});
