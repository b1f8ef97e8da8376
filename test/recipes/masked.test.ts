import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRuntime } from '@modalkit/core';
import { expect, it } from 'vitest';
import { manifest } from '../../recipes/digits/make-data.mjs';
import { shareOfMost } from '../../recipes/masked/commonest-token.mjs';
import { fitProbe } from '../../recipes/masked/fit-probe.mjs';
import { drawOf } from '../../recipes/masked/linear-probe.mjs';
import { morePictures } from '../../recipes/masked/make-data.mjs';
import { run } from '../../recipes/masked/run.mjs';
import { meanOfSteps, summarise } from '../../recipes/masked/summary.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('no config has a target, and each hides tokens of all five inputs', async () => {
  for (const name of ['modalkit', 'random', 'words']) {
    const { default: given } = await import(join(ROOT, `recipes/masked/${name}.config.ts`));
    const runtime = createRuntime(given, { folder: join(ROOT, 'recipes/masked') });
    expect(Object.keys(runtime.targets)).toEqual([]);
    expect(runtime.inputNames).toEqual(['audio', 'image', 'sensor', 'text', 'video']);
    expect(
      Object.values(runtime.objectives)
        .flatMap(({ hidden }) => hidden)
        .sort(),
    ).toEqual(runtime.inputNames);
    await runtime.dispose();
  }
});

it('a probe tells classes apart that a line does, and is at its optimum', () => {
  const vectors = [-3, -1, 1, 3].flatMap((x) => [0, 10].map((y) => [x, 100 + y]));
  const labels = vectors.map(([x]) => Number(x! > 0));
  const probe = fitProbe(vectors, labels, 2);
  expect(vectors.map(probe)).toEqual(labels);
  expect([probe([0.1, 105]), probe([-0.1, 105])]).toEqual([1, 0]);
  // A class of three in four that no number tells: the bias answers.
  expect(fitProbe([[1], [1], [1], [1]], [1, 1, 0, 1], 2)([1])).toBe(1);
});

it('draws ten of each class, others for each draw', () => {
  const rows = Array.from({ length: 400 }, (_, at) => ({ id: `s${at}`, digit: String(at % 10) }));
  const [first, again, second] = [drawOf(rows, 10, 0), drawOf(rows, 10, 0), drawOf(rows, 10, 1)];
  expect(again).toEqual(first);
  expect(new Set(first).size).toBe(100);
  for (let digit = 0; digit < 10; digit++) expect(first.filter((row) => row.digit === String(digit))).toHaveLength(10);
  // Of 40 a class 10: two draws share a quarter on average.
  expect(second.filter((row) => first.includes(row)).length).toBeLessThan(50);
});

it('takes more pictures of the training split, without their labels, each once', () => {
  const rows = manifest().map(({ row }) => row);
  const known = rows.slice(0, 2000);
  const more = morePictures(`${known.map((row) => JSON.stringify(row)).join('\n')}\n`);
  expect([more.length, new Set(more.map(({ row }) => row.id)).size]).toEqual([4000, 4000]);
  const training = new Map(rows.slice(2000).flatMap((row) => (row.split === 'train' ? [[row.id, row]] : [])));
  for (const { picture, row } of more) {
    const from = training.get(row.id)!;
    expect([picture, row]).toEqual([
      from.picture,
      { id: from.id, split: 'train', image: `pictures/${from.id}.png`, text: from.caption },
    ]);
  }
});

const measured = (value: number) => ({ value, low: value, high: value, n: 500 });
const result = (value: number, image: number) => ({
  values: {
    ...Object.fromEntries(['image', 'audio', 'video', 'sensor'].map((name) => [`probe/${name}/10`, measured(value)])),
    'probe/image/all': measured(image),
  },
  trainSeconds: 10,
  step: 800,
  backend: 'native',
});

it('the summary says what holds', () => {
  const found = { random: result(0.5, 0.8), pretrained: result(0.6, 0.95), words: 0.6, commonest: 0.3 };
  const good = summarise(found);
  expect(good.holds).toEqual({ probe: true, words: true, image: true });
  expect(good.probe.audio!.gain).toBeCloseTo(0.1, 10);
  const bad = summarise({ ...found, pretrained: result(0.54, 0.92), words: 0.49 });
  expect(bad.holds).toEqual({ probe: false, words: false, image: false });
});

it('numbers by hand: the mean of steps, the share of the commonest', () => {
  const lines = [{ kind: 'start' }, { kind: 'step', values: { a: 1 } }, { kind: 'step', values: { a: 0.5 } }];
  expect(meanOfSteps(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`, 'a')).toBe(0.75);
  expect(shareOfMost([2, 5, 3])).toBe(0.5);
});

it('the run makes three trainings, goes on where it was stopped, and gives its flags to the pre-training', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'modalkit-masked-'));
  const start = async (fail?: string) => {
    const said: (readonly string[])[] = [];
    const modalkit = async (command: readonly string[]) => {
      said.push(command);
      const to = command[command.indexOf('--run') + 1]!;
      if (fail && to.endsWith(fail)) return 130;
      await mkdir(to, { recursive: true });
      await writeFile(join(to, 'summary.json'), JSON.stringify(result(0.5, 0.8)));
      return 0;
    };
    const code = await run({ runs, args: ['--steps', '4'], flags: [], makeData: async () => undefined, modalkit });
    return { code, said };
  };
  const stopped = await start('words');
  expect(stopped.code).toBe(130);
  expect(stopped.said.map((command) => command.includes('--steps'))).toEqual([false, true, false]);
  const on = await start('words');
  expect(on.said.map((command) => command[1])).toEqual(['recipes/masked/words.config.ts']);
  expect(on.said[0]).toContain(`train.from=${join(runs, 'masked', 'pretrained')}`);
  expect(JSON.parse(await readFile(join(runs, 'masked', 'options.json'), 'utf8'))).toEqual(['--steps', '4']);
  await rm(runs, { recursive: true, force: true });
});
