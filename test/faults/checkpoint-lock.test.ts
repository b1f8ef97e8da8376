import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockFolder, openCheckpoints } from '../../packages/core/src/checkpoint/index.js';
import { buildChild } from './build-child.js';
import { tinyCheckpoint } from './checkpoint/tiny-checkpoint.js';

interface Start {
  readonly process: ChildProcess;
  /** Its next line. */
  said(): Promise<{ token?: number; saved?: number; code?: string; message?: string }>;
}

describe('runs that start on one folder', { timeout: 1_200_000 }, () => {
  let child: string;
  let folder: string;
  beforeAll(async () => {
    child = await buildChild(join(import.meta.dirname, 'checkpoint', 'child.ts'));
    folder = await mkdtemp(join(tmpdir(), 'modalkit-lock-'));
  });
  afterAll(async () => {
    await rm(dirname(child), { recursive: true });
    await rm(folder, { recursive: true });
  });

  function start(value: number): Start {
    const process_ = spawn(process.execPath, [child, 'hold', folder, String(value)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface(process_.stdout!)[Symbol.asyncIterator]();
    return { process: process_, said: async () => JSON.parse((await lines.next()).value ?? '{}') };
  }

  async function kill({ process: started }: Start): Promise<void> {
    const ended = new Promise((resolve) => started.once('exit', resolve));
    if (started.exitCode === null && started.kill('SIGKILL')) await ended;
  }

  const rounds = process.env.MODALKIT_FULL ? 50 : 1;
  it(`have one winner out of 20, each time (${rounds} rounds)`, async () => {
    for (let round = 1; round <= rounds; round++) {
      const starts = Array.from({ length: 20 }, () => start(round));
      const said = await Promise.all(starts.map(({ said }) => said()));
      expect(said.filter(({ token }) => token !== undefined)).toEqual([{ token: round }]);
      expect(said.filter(({ code }) => code === 'LOCKED')).toHaveLength(19);
      // the winner is killed: the next round takes its lock over
      await Promise.all(starts.map(kill));
    }
  });

  it('have one winner when all start within one process', async () => {
    for (let round = 0; round < rounds * 5; round++) {
      const starts = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
      const won = starts.filter((start) => start.status === 'fulfilled');
      expect(won).toHaveLength(1);
      await won[0]!.value.release();
    }
  });

  // The control: a lock that looks first and writes then has many winners.
  it('have many winners under a lock that looks first and writes then', async () => {
    const file = join(folder, 'naive.lock');
    const naive = async () => {
      await access(file).then(
        () => Promise.reject(new Error('locked')),
        () => undefined,
      );
      await writeFile(file, '');
    };
    const starts = await Promise.allSettled(Array.from({ length: 20 }, naive));
    expect(starts.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(1);
  });

  it('take over within a second from one that was killed', async () => {
    const first = start(1);
    const { token } = await first.said();
    await kill(first);
    const begin = performance.now();
    const lock = await lockFolder(folder);
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(lock.token).toBe(token! + 1);
    await lock.release();
  });

  it('do not take over from one that is frozen, and what it saves later is refused', async () => {
    const frozen = start(7);
    await frozen.said();
    frozen.process.kill('SIGSTOP');
    const error = await lockFolder(folder).catch((cause) => cause);
    expect(error).toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`process ${frozen.process.pid} on`),
    });
    await rm(error.details.file); // what the message tells to do
    const lock = await lockFolder(folder);
    const checkpoints = await openCheckpoints(folder, { keep: 2, lock });
    await checkpoints.save(7, tinyCheckpoint(8));
    frozen.process.kill('SIGCONT');
    frozen.process.stdin!.write('go on\n');
    expect(await frozen.said()).toMatchObject({ code: 'LOCKED' });
    expect((await checkpoints.latest())!.documents.state).toMatchObject({ value: 8 });
    await lock.release();
    await kill(frozen);
  });
});
