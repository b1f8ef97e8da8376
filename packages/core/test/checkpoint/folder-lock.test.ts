import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockFolder, openCheckpoints } from '../../src/checkpoint/index.js';
import { thisProcess } from '../../src/checkpoint/running-process.js';
import { content, errorOf, temporaryFolder } from './helpers.js';

const ownerFile = (folder: string, token: number) =>
  join(folder, '.lock', String(token).padStart(8, '0'), 'owner.json');

/** Makes the newest lock look as if another process had taken it. */
async function rewriteOwner(folder: string, token: number, change: object): Promise<void> {
  const owner = JSON.parse(await readFile(ownerFile(folder, token), 'utf8'));
  await writeFile(ownerFile(folder, token), JSON.stringify({ ...owner, nonce: 'other', ...change }));
}

function sleeper(): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('a locked folder', () => {
  it('refuses a second run and says whose it is', async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    const error = await errorOf(() => lockFolder(folder), 'LOCKED');
    expect(error.message).toContain(`process ${process.pid} on ${thisProcess().host} since 20`);
    expect(error.message).toContain(ownerFile(folder, lock.token));
    await lock.release();
  });

  it('is free after release, and its token grows', async () => {
    const folder = await temporaryFolder();
    for (const token of [1, 2, 3]) {
      const lock = await lockFolder(folder);
      expect(lock.token).toBe(token);
      await lock.release();
      await lock.release();
    }
    expect(await readdir(join(folder, '.lock'))).toEqual(['00000003']);
  });

  it('is taken over from a process that has ended, was of an earlier boot or whose number was given again', async () => {
    const folder = await temporaryFolder();
    const alive = sleeper();
    await lockFolder(folder);
    const changes = [{ pid: 2 ** 22 - 1 }, { boot: 'earlier' }, { pid: alive.pid, start: '1' }];
    for (const [index, change] of changes.entries()) {
      await rewriteOwner(folder, index + 1, change);
      const start = performance.now();
      expect((await lockFolder(folder)).token).toBe(index + 2);
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });

  it('is not taken from a process that runs, of another host, or that cannot be read', async () => {
    const folder = await temporaryFolder();
    await lockFolder(folder);
    await rewriteOwner(folder, 1, {});
    await errorOf(() => lockFolder(folder), 'LOCKED');
    await rewriteOwner(folder, 1, { host: 'elsewhere', pid: 1 });
    expect((await errorOf(() => lockFolder(folder), 'LOCKED')).message).toContain('elsewhere');
    await writeFile(ownerFile(folder, 1), '{"pid":');
    expect((await errorOf(() => lockFolder(folder), 'LOCKED')).message).toContain('cannot be read');
  });

  it('refuses what an owner writes after another has taken over', async () => {
    const folder = await temporaryFolder();
    const frozen = await lockFolder(folder);
    const before = await openCheckpoints(folder, { keep: 2, lock: frozen });
    await before.save(1, content(1));
    await rm(ownerFile(folder, 1));
    const newer = await lockFolder(folder);
    await errorOf(() => before.save(2, content(2)), 'LOCKED');
    const after = await openCheckpoints(folder, { keep: 2, lock: newer });
    await after.save(2, content(3));
    await newer.release();
    await errorOf(() => before.save(3, content(2)), 'LOCKED');
    await frozen.release();
    expect((await after.latest())!.documents).toEqual(content(3).documents);
  });

  it('is lost by an owner whose lock was deleted with the whole folder of locks', async () => {
    const folder = await temporaryFolder();
    const first = await lockFolder(folder);
    await rm(join(folder, '.lock'), { recursive: true });
    await lockFolder(folder);
    await errorOf(() => first.check(), 'LOCKED');
  });

  it('tells DISK when the folder cannot be made', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'x'));
    await writeFile(join(folder, 'x', '.lock'), '');
    await errorOf(() => lockFolder(join(folder, 'x')), 'DISK');
  });
});
