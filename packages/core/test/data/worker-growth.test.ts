import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { streamBatches } from '../../src/data/batch-stream.js';
import { fitAdapters, type HostBatch, loadDataset } from '../../src/data/index.js';
import { openLoader } from '../../src/data/loader.js';
import { workersOf } from '../../src/data/open-runner.js';
import type { Runner } from '../../src/data/runner.js';
import { WorkerPool } from '../../src/data/worker-pool.js';
import { buildWorker } from './build-worker.js';
import { loadProject } from './numbers-project.js';
import { writeNumbers } from './write-numbers.js';

let code: Awaited<ReturnType<typeof buildWorker>>;
beforeAll(async () => {
  code = await buildWorker();
});

const ROOM = { training: true, from: 0, to: 36, ahead: 4, seed: 1 };

/** A pool over samples that take 40 ms each, and what a stream of its batches needs. */
async function slowSamples() {
  const folder = writeNumbers(40, (rows) => {
    for (const row of rows) row.word = 'slow';
  });
  const configPath = join(folder, 'config.json');
  writeFileSync(configPath, JSON.stringify({ data: { batch: 1, cache: false, memory: 0 } }));
  const project = await loadProject(configPath);
  const dataset = await loadDataset(project);
  const states = await fitAdapters(project, dataset.samples, dataset.root);
  const loader = openLoader(project, states, dataset.root);
  const { splits } = await loader.scan(dataset);
  const plan = loader.plan(splits.train!, { training: true });
  const notices: string[] = [];
  const options = { code, notice: (sentence: string) => void notices.push(sentence), first: 1, most: 3 };
  const pool = new WorkerPool({ ...project, configPath }, states, dataset.root, options);
  const stream = (training = true) => streamBatches(pool, splits.train!.samples, plan, { ...ROOM, training });
  return { configPath, pool, stream, notices };
}

/** Takes batches, each of which a step of so many milliseconds follows. */
async function take(stream: ReturnType<typeof streamBatches>, stepMs: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { batch } of stream) {
    ids.push(...batch.ids);
    await sleep(stepMs);
  }
  return ids;
}

/** Takes 5 ms a batch, one after the other however wide it is. */
function serialRunner(): Runner & { grown: number } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    width: 1,
    grown: 0,
    run() {
      const made = last.then(() => sleep(5)).then(() => ({ ids: [] }) as unknown as HostBatch);
      last = made;
      return made;
    },
    grow() {
      this.grown++;
    },
    close: async () => undefined,
  };
}

describe('workers that nobody counted', () => {
  it('become more while steps wait for batches, which stay the same', async () => {
    const { pool, stream } = await slowSamples();
    const ids = await take(stream(), 0);
    expect(pool.width).toBeGreaterThan(1);
    expect(pool.width).toBeLessThanOrEqual(3);
    expect(await take(stream(), 0)).toEqual(ids);
    await pool.close();
  });

  it('go on without one that cannot start', async () => {
    const { configPath, pool, stream, notices } = await slowSamples();
    const batches = stream()[Symbol.asyncIterator]();
    const ids = [(await batches.next()).value!.batch.ids];
    writeFileSync(configPath, '{ half sa');
    for (let next = await batches.next(); !next.done; next = await batches.next()) ids.push(next.value.batch.ids);
    // Of the second worker what is wrong with the file is told, and no other is tried.
    while (notices.length === 0) await sleep(20);
    expect(notices).toEqual([expect.stringContaining('A worker could not start, the others go on: ')]);
    expect(pool.width).toBe(1);
    expect(ids.length).toBe(ROOM.to);
    for await (const { batch } of stream()) expect(batch.ids).toEqual(ids.shift());
    await pool.close();
  });

  it('stay as they are while no step waits', async () => {
    const { pool, stream } = await slowSamples();
    await take(stream(), 90);
    expect(pool.width).toBe(1);
    await pool.close();
  });

  it('are no matter of an evaluation', async () => {
    const { pool, stream } = await slowSamples();
    await take(stream(false), 0);
    expect(pool.width).toBe(1);
    await pool.close();
  });

  it('become no more where that has not helped', async () => {
    const runner = serialRunner();
    const plan = { drawBatch: (step: number) => ({ rows: [], bucket: {}, epoch: 0, step }) };
    await take(streamBatches(runner, [], plan as never, { ...ROOM, to: 330 }), 0);
    // Measured 20 times; a busy machine may make one or another look shorter.
    expect(runner.grown).toBeGreaterThan(0);
    expect(runner.grown).toBeLessThan(5);
  });

  it('are as many as the config states, else by the processors', () => {
    const of = (workers: number | 'auto', processors: number, ahead = 4) => workersOf({ workers, ahead }, processors);
    expect(of(3, 8)).toEqual({ first: 3, most: 3 });
    expect(of(0, 8)).toEqual({ first: 0, most: 0 });
    expect([1, 2, 3, 8].map((processors) => of('auto', processors))).toEqual([
      { first: 0, most: 0 },
      { first: 1, most: 2 },
      { first: 2, most: 3 },
      { first: 2, most: 4 },
    ]);
    // One worker makes the only batch there may be ahead, two were there at first.
    expect(of('auto', 8, 1)).toEqual({ first: 2, most: 2 });
  });
});
