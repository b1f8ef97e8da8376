import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Quarantined } from '@modalkit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitAdapters, type HostBatch, loadDataset, type Scan } from '../../src/data/index.js';
import { openLoader } from '../../src/data/loader.js';
import { buildWorker } from './build-worker.js';
import { loadProject } from './numbers-project.js';
import { type Row, writeNumbers } from './write-numbers.js';

let code: Awaited<ReturnType<typeof buildWorker>>;
beforeAll(async () => {
  code = await buildWorker();
});

/** Writes samples and a config, then opens a loader over them. */
async function open(folder: string, data: object, onNotice?: (message: string) => void, signal?: AbortSignal) {
  const configPath = join(folder, 'config.json');
  writeFileSync(configPath, JSON.stringify({ data }));
  const project = await loadProject(configPath);
  const dataset = await loadDataset(project);
  const states = await fitAdapters(
    project,
    dataset.samples.filter(({ split }) => split === 'train'),
    dataset.root,
  );
  const loader = openLoader(project, states, dataset.root, { workerCode: code, onNotice, signal });
  return { loader, dataset, project };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function train({ loader, dataset }: Opened, from: number, to: number, scan?: Scan): Promise<HostBatch[]> {
  const { splits } = scan ?? (await loader.scan(dataset));
  const batches: HostBatch[] = [];
  for await (const { batch } of loader.batches(splits.train!, loader.plan(splits.train!, { training: true }), {
    from,
    to,
    training: true,
  }))
    batches.push(batch);
  return batches;
}

const word = (rows: Row[], index: number, value: string): void => void Object.assign(rows[index]!, { word: value });
const lines = (list: readonly Quarantined[]): string[] =>
  list.map(({ id, stage, code: error }) => `${id} ${stage} ${error}`);

describe('workers', () => {
  it('load no tensor library', () => {
    expect(code.imports.length).toBeGreaterThan(30);
    expect(code.imports.filter((path) => /tensorflow|tfjs/.test(path))).toEqual([]);
  });

  it('make the same batches as the main thread, in order, and the same again from any step', async () => {
    const folder = writeNumbers(60);
    const here = await open(folder, { cache: false });
    const there = await open(folder, { cache: false, workers: 2, ahead: 3 });
    const expected = await train(here, 0, 9);
    expect(await train(there, 0, 9)).toEqual(expected);
    expect(await train(there, 5, 9)).toEqual(expected.slice(5));
    expect(expected[0]!.ids).not.toEqual(expected[6]!.ids);
    await there.loader.close();
  });

  it('survive a hook that loops, hangs, exits or rejects with no Error: its sample is out, the rest goes on', async () => {
    const folder = writeNumbers(40, (rows) => {
      for (const [index, name] of [
        [1, 'loop'],
        [6, 'hang'],
        [11, 'exit'],
        [16, 'throw'],
        [21, 'nan'],
        [22, 'late'],
      ] as const)
        word(rows, index, name);
    });
    const notices: string[] = [];
    const opened = await open(folder, { budget: 0.2, workers: 1, timeLimit: 0.4 }, (message) => notices.push(message));
    const scan = await opened.loader.scan(opened.dataset);
    expect(lines(scan.quarantined)).toEqual([
      's1 prepare PLUGIN',
      's6 prepare PLUGIN',
      's11 prepare PLUGIN',
      's16 prepare SAMPLE',
      's21 collate SAMPLE',
    ]);
    expect(scan.quarantined.map(({ reason }) => reason)).toEqual([
      'plugin "words": prepare: did not return within 0.4 s',
      'plugin "words": prepare: did not return within 0.4 s',
      'plugin "words": prepare: ended its worker (exit code 7)',
      'plugin "words": prepare: rejected with "a word", which is no Error',
      'plugin "words": collate: codes holds a value that is not finite (NaN or infinite)',
    ]);
    expect(scan.counts).toEqual({ raw: 40, usable: { train: 27, test: 8 }, quarantined: 5, unused: 0 });
    const batches = await train(opened, 0, 3, scan);
    expect(batches.flatMap(({ quarantined }) => quarantined)).toEqual([]);
    await opened.loader.close();
    expect(notices.filter((message) => message.includes('too late'))).toHaveLength(1);
  });

  it('leave the row of a sample that fails only now absent, and say so', async () => {
    const folder = writeNumbers(20, (rows) => word(rows, 2, 'loop'));
    const { loader, dataset } = await open(folder, { workers: 1, timeLimit: 0.4 });
    const batch = await loader.batchOf(dataset.samples.slice(0, 4));
    await loader.close();
    expect(batch.ids).toEqual(['s0', 's1', 's2', 's3']);
    expect([...batch.inputs.series!.present.data]).toEqual([1, 1, 0, 1]);
    expect([...batch.targets.colour!.valid.data]).toEqual([1, 1, 0, 1]);
    expect(lines(batch.quarantined)).toEqual(['s2 prepare PLUGIN']);
  });

  it('say what is wrong with a config that cannot be composed there, and stop at a signal', async () => {
    const folder = writeNumbers(20);
    const lost = await open(folder, { workers: 1 });
    writeFileSync(join(folder, 'config.json'), 'no JSON');
    const broken = openLoader(lost.project, {}, lost.dataset.root, { workerCode: code });
    await expect(broken.scan(lost.dataset)).rejects.toMatchObject({ code: 'CONFIG' });
    await broken.close();
    await lost.loader.close();
    const stop = new AbortController();
    const stuck = await open(
      writeNumbers(20, (rows) => word(rows, 0, 'loop')),
      { workers: 1 },
      undefined,
      stop.signal,
    );
    setTimeout(() => stop.abort(), 200);
    await expect(stuck.loader.scan(stuck.dataset)).rejects.toMatchObject({ code: 'STOPPED' });
  });
});

describe('bad samples', () => {
  const BAD = [3, 22, 41, 60, 97];
  const spoil = (rows: Row[], data: string): void => {
    const file = (index: number): string => join(data, rows[index]!.series as string);
    writeFileSync(file(3), 'NUM');
    writeFileSync(file(22), '');
    rows[41]!.series = 'gone.bin';
    execFileSync('mkfifo', [join(data, 'pipe')]);
    rows[60]!.series = 'pipe';
    symlinkSync('loop', join(data, 'loop'));
    rows[97]!.series = 'loop';
  };

  it('are quarantined, each once with its file and stage, and the order of the others is that without them', async () => {
    const folder = writeNumbers(100, spoil);
    const opened = await open(folder, { workers: 1, budget: 0.05 });
    const { quarantined, counts } = await opened.loader.scan(opened.dataset);
    expect(lines(quarantined)).toEqual(['s3 prepare SAMPLE', ...BAD.slice(1).map((index) => `s${index} read SAMPLE`)]);
    expect(quarantined.map(({ file, input }) => [file, input])).toEqual(
      ['数3.bin', '数22.bin', 'gone.bin', 'pipe', 'loop'].map((file) => [file, 'series']),
    );
    expect(counts).toEqual({ raw: 100, usable: { train: 75, test: 20 }, quarantined: 5, unused: 0 });
    const ids = (await train(opened, 0, 9)).map((batch) => batch.ids);
    await opened.loader.close();
    // the same samples with the five taken out of the manifest: the same batches (control: they are not those of all 100)
    const clean = await open(
      writeNumbers(100, (rows, data) => {
        spoil(rows, data);
        for (const index of [...BAD].reverse()) rows.splice(index, 1);
      }),
      { workers: 0, budget: 0 },
    );
    expect((await train(clean, 0, 9)).map((batch) => batch.ids)).toEqual(ids);
    await clean.loader.close();
    const all = await open(writeNumbers(100), { workers: 0 });
    expect((await train(all, 0, 9)).map((batch) => batch.ids)).not.toEqual(ids);
    await all.loader.close();
    const resumed = await open(folder, { workers: 1, budget: 0.05 });
    expect((await resumed.loader.scan(resumed.dataset)).quarantined).toEqual(quarantined);
    expect((await train(resumed, 4, 9)).map((batch) => batch.ids)).toEqual(ids.slice(4));
    await resumed.loader.close();
  });

  it('stop the run above the budget with one sentence', async () => {
    const opened = await open(writeNumbers(100, spoil), { workers: 0, budget: 0.04 });
    await expect(opened.loader.scan(opened.dataset)).rejects.toMatchObject({
      code: 'BUDGET',
      message: expect.stringMatching(
        /^5 of 100 samples are unusable, more than the budget of 4 %; .* First: s3: .*NUMS/,
      ),
    });
  });

  it('include a file that may not be read, asked for by one who is not root', () => {
    const root = mkdtempSync(join(tmpdir(), 'modalkit-locked-'));
    writeFileSync(join(root, 'locked'), 'x');
    chmodSync(root, 0o755);
    chmodSync(code.folder, 0o755);
    chmodSync(join(root, 'locked'), 0);
    mkdirSync(join(root, 'shut'), { mode: 0 });
    const script = `const { readConfined } = await import(${JSON.stringify(join(code.folder, 'read.mjs'))});
      for (const path of ['locked', 'shut/x']) try { readConfined(${JSON.stringify(root)}, path, 9); } catch (error) { console.log(error.code, error.message); }`;
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      ...nobody,
      encoding: 'utf8',
    });
    expect(stdout.match(/SAMPLE File "[a-z/]+" may not be read \(permission denied\)/g)).toHaveLength(2);
  });
});
