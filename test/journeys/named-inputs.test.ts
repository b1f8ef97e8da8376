import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors } from '@modalkit/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, start } from './tools/modalkit.js';
import { checkpointsOf, hashesOf } from './tools/run-weights.js';
import { CAPTION, CLASSES, PICTURE, type Row, type TinyProject, tinyProject } from './tools/tiny-project.js';

const full = Boolean(process.env.MODALKIT_FULL);
const STEPS = full ? 60 : 10;
const RESUMED = full ? Array.from({ length: STEPS }, (_, index) => index) : [1, 4, 8];
const INPUTS = ['front', 'rear', 'question', 'answer', 'turns'] as const;
const TURNS = ['数字是什么？', 'which number', '一', 'the last one'];

const shared = (source: string, by: string) => source.replace(' })', `, share: '${by}' })`);

/** 31 samples, one for each set of inputs that is not empty, and three to evaluate. */
function rowsOfEveryMask(): Row[] {
  const masks = [...Array.from({ length: 31 }, (_, index) => index + 1), 31, 31, 31];
  return masks.map((mask, index) => {
    const all: Row = {
      front: `picture ${index % 3}.png`,
      rear: `图片/数字 ${3 + (index % 3)}.png`,
      question: TURNS[index % 2],
      answer: `数字 ${CLASSES[index % 3]}`,
      turns: TURNS.slice(0, 1 + (index % 3)),
    };
    const present = INPUTS.filter((_, bit) => mask & (1 << bit));
    const id = index < 31 ? present.join('+') : `test ${index}`;
    const split = index < 31 ? 'train' : 'test';
    return { id, split, digit: CLASSES[index % 3], ...Object.fromEntries(present.map((name) => [name, all[name]])) };
  });
}

describe('two pictures, two texts and a list of turns in one sample, absent in every way,', () => {
  let project: TinyProject;
  let whole: string;
  const train = (run: string) => ['train', project.folder, '--run', run, '--no-report'];
  beforeAll(async () => {
    project = await tinyProject({
      inputs: `front: ${PICTURE}, rear: ${shared(PICTURE, 'front')}, question: ${CAPTION},
        answer: ${shared(CAPTION, 'question')}, turns: list(${shared(CAPTION, 'question')}, 3)`,
      fusion: 'early({ heads: 2, layers: 1 })',
      objectives: `contrast: infoNCE({ pairs: [['front', 'question'], ['rear', 'answer']] }),
        digit: crossEntropy({ head: 'digit', target: 'digit' })`,
      metrics: '',
      data: 'batch: 4',
      train: `steps: ${STEPS}, saveEvery: 1, keep: 100, average: 0.9`,
      more: `masking: { question: { kind: 'random', ratio: 0.3 }, front: { kind: 'drop', ratio: 0.2 } }`,
    });
    await project.writeManifest(rowsOfEveryMask());
    whole = project.path('whole');
    const ended = await modalkit([...train(whole), '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.json()).toMatchObject({ reason: 'finished', step: STEPS, quarantined: 0 });
    expect(await checkpointsOf(whole)).toHaveLength(STEPS);
  }, 300_000);
  afterAll(() => project.remove());

  it('keep one copy of the weights that inputs share', async () => {
    const file = join(whole, 'checkpoints', (await checkpointsOf(whole)).at(-1)!, 'weights.safetensors');
    const names = [...readSafetensors(await readFile(file), file).tensors.keys()];
    expect([...new Set(names.map((name) => name.split('/')[0]))].sort()).toEqual([
      'front',
      'fusion',
      'heads',
      'objectives',
      'question',
    ]);
  });

  it('show, present or absent, in the fused tokens', async () => {
    const inspect = async (id: string) =>
      (await modalkit(['inspect', project.folder, '--id', id, '--fused', '--run', whole, '--json'])).json();
    const everything = await inspect(INPUTS.join('+'));
    const inputs = everything.inputs as Record<string, { present: boolean; tokens: number[]; valid: number[] }>;
    expect(Object.keys(inputs)).toEqual([...INPUTS].sort());
    expect(Object.values(inputs).every(({ present }) => present)).toBe(true);
    expect(inputs.front!.tokens).toEqual([4, 8]);
    const spans = (everything.fused as { spans: Record<string, { valid: number }> }).spans;
    expect(Object.keys(spans)).toEqual(expect.arrayContaining([...INPUTS]));
    const alone = (await inspect('answer')).inputs as typeof inputs;
    expect(Object.entries(alone).flatMap(([name, { present }]) => (present ? [name] : []))).toEqual(['answer']);
  });

  it(`go on to the same bytes at ${RESUMED.length} of ${STEPS} steps, in fresh processes, twice in a row`, async () => {
    for (const from of RESUMED) {
      const run = project.path(`from-${from}`);
      await mkdir(join(run, 'checkpoints'), { recursive: true });
      for (const name of (await checkpointsOf(whole)).slice(0, from))
        await cp(join(whole, 'checkpoints', name), join(run, 'checkpoints', name), { recursive: true });
      for (const step of [from + 1, from + 2].filter((each) => each <= STEPS)) {
        await stopAfter(run, step);
        expect(await hashesOf(run, step)).toEqual(await hashesOf(whole, step));
        expect(await hashesOf(run, step)).not.toEqual(await hashesOf(whole, step === STEPS ? 1 : step + 1));
      }
      await rm(run, { recursive: true });
    }
  }, 1_200_000);

  /** Goes on with a run in a fresh process until a step is saved, and takes away what it saved beyond. */
  async function stopAfter(run: string, step: number): Promise<void> {
    const going = start(train(run));
    await going.printed(new RegExp(`^Saved step ${step}$`, 'm'));
    going.process.kill('SIGKILL');
    await going.ended;
    for (const name of (await checkpointsOf(run)).slice(step))
      await rm(join(run, 'checkpoints', name), { recursive: true });
  }
});
