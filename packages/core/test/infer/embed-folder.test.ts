import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, Reporter, RunEvent, Sample } from '@modalkit/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSafetensors } from '../../src/checkpoint/index.js';
import type { Config } from '../../src/compose/index.js';
import { late } from '../../src/fusion/index.js';
import { type OpenRun, openRun } from '../../src/infer/index.js';
import { train } from '../../src/train/index.js';
import { numberFiles } from '../fixtures/number-files-plugin.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory, project, testModel } from '../fixtures/test-project.js';

const samples: Sample[] = [1, 2, 3, 4, 5].map((value) => ({
  id: `s${value}`,
  split: value < 5 ? 'train' : 'test',
  inputs: { plain: [value] },
  targets: { value },
}));
const config = (): Config => ({
  inputs: { plain: series({ layers: 0 }), file: numberFiles() },
  fusion: late(),
  objectives: { error: meanSquare({ input: 'plain' }) },
  data: { source: memory(samples), batch: 4, workers: 0, cache: false },
  train: { steps: 1 },
});

let [place, run, backend] = ['', undefined as unknown as OpenRun, undefined as unknown as Backend];
const path = (...names: string[]) => join(place, ...names);

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'modalkit-嵌入-'));
  ({ backend } = await testModel(project(config())));
  await train({ runtime: project(config()), backend, folder: path('run') });
  run = await openRun({ runtime: project(config()), backend, folder: path('run') });
  // Six in batches of 4: of several lengths, the last batch padded.
  await mkdir(path('data', '数'), { recursive: true });
  for (let index = 0; index < 6; index++)
    await writeFile(
      path('data', index % 2 ? '数' : '.', `${index}.num`),
      Array(1 + 3 * index)
        .fill(index)
        .join(' '),
    );
  await writeFile(path('data', 'readme.txt'), 'not theirs');
});
afterAll(async () => {
  await run.dispose();
  await rm(place, { recursive: true, force: true });
});

function recorder(): { reporter: Reporter; events: RunEvent[] } {
  const events: RunEvent[] = [];
  return { events, reporter: { id: 'recorder', report: (event) => void events.push(event) } };
}
const IDS = ['0.num', '2.num', '4.num', '数/1.num', '数/3.num', '数/5.num'];

it('writes an index of the vectors that `embed` gives one file, found by their paths; no tensor is left', async () => {
  const before = backend.tf.memory().numTensors;
  const { events, reporter } = recorder();
  const result = await run.embedFolder(path('data'), { out: path('index'), reporters: [reporter] });
  expect(backend.tf.memory().numTensors).toBe(before);
  expect(result).toEqual({
    embedded: { file: 6 },
    passedOver: ['readme.txt'],
    quarantined: [],
    step: 1,
    out: path('index'),
  });
  const done = events.flatMap((event) => (event.kind === 'progress' ? [event.done] : []));
  expect(done).toEqual([0, 4, 6]);

  const file = path('index', 'index', 'file.safetensors');
  const { tensors } = readSafetensors(await readFile(file), file);
  const written = tensors.get('vectors')!;
  expect(written.shape).toEqual([6, 8]);
  const one = await Promise.all(IDS.map((id) => run.embed('file', [path('data', id)])));
  const alone = one.flatMap((vector) => [...vector]);
  const apart = alone.map((value, at) => Math.abs(value - written.data[at]!));
  expect(Math.max(...apart)).toBeLessThan(1e-6);

  const searching = await openRun({ runtime: project(config()), backend, folder: path('run'), index: path('index') });
  const [best] = await searching.search(one[3]!, 'file', 1);
  expect(best).toMatchObject({ sample: { id: '数/1.num', inputs: { file: '数/1.num' } }, score: expect.closeTo(1, 5) });
  await searching.dispose();
});

it('a bad file is quarantined by its name, the others are embedded', async () => {
  await mkdir(path('some'));
  await writeFile(path('some', 'good.num'), '1 2');
  await writeFile(path('some', 'bad.num'), '1 x');
  const { events, reporter } = recorder();
  const result = await run.embedFolder(path('some'), { out: path('some-index'), reporters: [reporter] });
  expect(result.embedded).toEqual({ file: 1 });
  expect(result.quarantined).toEqual([
    expect.objectContaining({ id: 'bad.num', stage: 'prepare', reason: expect.stringMatching(/these are no numbers/) }),
  ]);
  expect(events.filter(({ kind }) => kind === 'quarantine')).toHaveLength(1);
});

it('stops at the signal in one sentence, and leaves the index that was there', async () => {
  const out = path('stopped');
  await run.embedFolder(path('data'), { out });
  const controller = new AbortController();
  const stop: Reporter = {
    id: 'stop',
    report: (event) => {
      if (event.kind === 'progress' && event.done === 4) controller.abort();
    },
  };
  const again = run.embedFolder(path('data'), { out, reporters: [stop], signal: controller.signal });
  await expect(again).rejects.toMatchObject({
    code: 'STOPPED',
    message: 'Stopped after 4 of 6 files; no index was written.',
  });
  expect(await readdir(out)).toEqual(['index']);
  expect((await readdir(join(out, 'index'))).sort()).toEqual(['file.safetensors', 'samples.jsonl']);
});

it('a folder with nothing to embed is one sentence', async () => {
  await mkdir(path('none', 'empty'), { recursive: true });
  const embed = (input?: string) => run.embedFolder(path('none'), { out: path('never'), input });
  await expect(embed()).rejects.toMatchObject({ code: 'DATA', message: expect.stringMatching(/there are no files/) });
  await writeFile(path('none', 'readme.txt'), '');
  await expect(embed('file')).rejects.toThrow(/none of its 1 files is one that file takes/);
  await writeFile(path('none', 'bad.num'), 'x');
  await expect(embed()).rejects.toThrow(/none of the files could be read.*these are no numbers/);
});
