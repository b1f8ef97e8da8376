import { tmpdir } from 'node:os';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit } from './tools/modalkit.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { PICTURE, type TinyProject, tinyProject } from './tools/tiny-project.js';

const WORDS = 'width: 16, layers: 1, heads: 2, vocabulary: 400, maxTokens: 32';
const CAT = { image: 'cat_on_bed.jpg', question: '图中这只猫在干嘛?', answer: '这只猫正躺在床上休息。' };
const DOG = { image: '狗 1.jpg', question: 'What is the dog doing?', answer: 'The dog is asleep.' };

/** A project whose manifest is just such records: no id, no split. */
async function answersProject(): Promise<TinyProject> {
  const project = await tinyProject({
    top: `import { captioning, decoder, exactMatch } from '@modalkit/core';`,
    inputs: `image: ${PICTURE}, question: text({ ${WORDS} }), answer: text({ ${WORDS}, share: 'question' })`,
    fusion: `early({ inputs: ['image', 'question'], layers: 1, heads: 2 })`,
    objectives: `reply: captioning({ head: 'reply' })`,
    metrics: `exact: exactMatch({ head: 'reply', subsets: [['question']], show: 'image' })`,
    train: 'steps: 70, saveEvery: 70, learningRate: 0.01, warmUp: 10',
    more: `heads: { reply: decoder({ input: 'answer', layers: 1, maxTokens: 32 }) }, space: { width: 24 },`,
  });
  for (const [{ image }, grey] of [[CAT, 30] as const, [DOG, 220] as const]) {
    const pixels = sharp(Buffer.alloc(16 * 16, grey), { raw: { width: 16, height: 16, channels: 1 } });
    await pixels.jpeg().toFile(project.path('data', image));
  }
  await project.writeManifest(Array.from({ length: 40 }, (_, index) => (index % 2 ? DOG : CAT)));
  return project;
}

describe('a run trained on records of image, question and answer', () => {
  let project: TinyProject;
  let ask: (...args: string[]) => ReturnType<typeof modalkit>;
  beforeAll(async () => {
    project = await answersProject();
    const run = project.path('run');
    const { code, stdout, stderr } = await modalkit(['train', '--run', 'run'], { cwd: project.folder });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/exactMatch\/reply +1/);
    ask = (...args) => modalkit(['ask', ...args, '--run', run], { cwd: tmpdir() });
  }, 300_000);
  afterAll(() => project.remove());

  it('answers a question about a picture, in either order of the two, in English and Chinese', async () => {
    for (const { image, question, answer } of [CAT, DOG]) {
      const file = project.path('data', image);
      const { code, stdout, stderr } = await ask(file, question);
      expect(code, stderr).toBe(0);
      expect(stdout.trim().split('\n').at(-1)).toBe(answer);
      const told = (await ask(question, file, '--json')).json();
      const asked = { image: file, question };
      expect(told).toMatchObject({ head: 'reply', input: 'answer', answer, asked, step: 70 });
    }
  });

  it('by beam search and by draws, the same for the same seed', async () => {
    const file = project.path('data', CAT.image);
    const beam = (await ask(file, CAT.question, '--beam', '3', '--json')).json();
    expect(beam).toMatchObject({ answer: CAT.answer });
    expect(beam.logProbability as number).toBeLessThan(0);
    const drawn = () => ask(file, CAT.question, '--top-p', '0.95', '--seed', '5', '--json');
    expect((await drawn()).json()).toEqual((await drawn()).json());
  });

  it('without a picture too: what is not given is absent', async () => {
    expect((await ask(CAT.question, '--json')).json()).toMatchObject({ asked: { question: CAT.question } });
  });

  it.each<[string, string[], RegExp]>([
    ['a file that is not there', ['no/such.jpg', 'what is it?'], /no\/such\.jpg: there is no such file/],
    ['more words than there are inputs for', ['what', 'is it?'], /"is it\?": none of the inputs image takes it/],
    ['two ways to choose', ['what?', '--beam', '2', '--top-p', '0.5'], /--beam and --top-p are two ways to choose/],
    ['a share above 1', ['what?', '--top-p', '1.5'], /--top-p 1\.5: give a number above 0 and at most 1/],
    ['a head that is not there', ['what?', '--head', 'digit'], /that write are reply; there is no "digit" among them/],
  ])('refuses %s', async (_, args, message) => {
    expectOneSentence(await ask(...args), 2, message);
  });
});

it('a run whose heads write nothing says so', async () => {
  const project = await tinyProject();
  try {
    const trained = await modalkit(['train', '--run', 'run', '--no-report'], { cwd: project.folder });
    expect(trained.code, trained.stderr).toBe(0);
    const ended = await modalkit(['ask', 'what?', '--run', 'run'], { cwd: project.folder });
    expectOneSentence(ended, 2, /No head of this run writes answers/);
  } finally {
    await project.remove();
  }
}, 120_000);
