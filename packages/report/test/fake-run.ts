import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure, Measured, Preview, Quarantined, RunEvent } from '@modalkit/contract';
import sharp from 'sharp';
import { seededRandom } from '../src/seeded-random.js';

export const HOSTILE = '<img src=x onerror="alert(1)"></script><script>alert(2)</script> \'"&amp;';
const ENGLISH = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const CHINESE = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const random = seededRandom(7);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Writes a run folder as a training run of digits with captions leaves it. */
export async function writeFakeRun(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  const writeLines = (name: string, lines: readonly unknown[]) =>
    writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  write('run.json', {
    title: 'Handwritten digits and captions 手写数字与描述',
    description: 'Joint training of pictures and words: one contrastive objective, one match head on the fused tokens.',
    config: {
      inputs: {
        picture: { plugin: '@modalkit/image', patch: 16 },
        caption: { plugin: '@modalkit/text', note: HOSTILE },
      },
      fusion: { kind: 'cross', layers: 2, queries: 8 },
      train: { steps: 1200, batch: 128, learningRate: 0.001, warmUp: 100 },
    },
    backend: { id: 'native', version: 'TensorFlow 2.21.0', device: 'CPU', threads: 2, deterministic: true },
    times: { setupSeconds: 4.2, firstStepSeconds: 2.31, trainSeconds: 214.6, evaluationSeconds: 11.4 },
    versions: { node: 'v20.20.2', modalkit: '0.1.0', platform: 'linux-x64' },
    command: 'modalkit train recipes/digits/modalkit.config.ts --fusion cross',
  });
  writeLines('metrics.jsonl', events());
  write('evaluation.json', { step: 1200, split: 'test', values: measured(), figures: await figures() });
  writeLines('quarantine.jsonl', quarantined());
  write('summary.json', { zeroShot: { en: 0.9815, zh: 0.979 }, match: 0.962, steps: 1200, backend: 'native' });
}

function events(): (RunEvent & { time: string })[] {
  const steps = 1200;
  const list: RunEvent[] = [
    { kind: 'start', step: 0, steps, backend: 'native', folder: 'runs/digits', resumed: false },
  ];
  for (let step = 1; step <= steps; step += 1) {
    const decay = Math.exp(-step / 180);
    const contrast = (0.12 + 4.2 * decay) * (1 + 0.12 * normal());
    const match = (0.08 + 1.05 * Math.exp(-step / 300)) * (1 + 0.15 * normal());
    list.push({
      kind: 'step',
      step,
      steps,
      values: {
        loss: contrast + match,
        'loss/contrast/picture->caption': contrast * (0.5 + 0.03 * normal()),
        'loss/contrast/caption->picture': contrast * (0.5 + 0.03 * normal()),
        'loss/match/crossEntropy': match,
        gradientNorm: (0.3 + 6 * decay) * Math.exp(0.3 * normal()),
        learningRate: 0.001 * Math.min(1, step / 100) * 0.5 * (1 + Math.cos((Math.PI * step) / steps)),
        'logitScale/contrast': 14 + 20 * (1 - decay),
      },
      samplesPerSecond: 720 + 25 * normal(),
      etaSeconds: (steps - step) / 5.6,
      dataWaitShare: Math.max(0, 0.012 + 0.006 * normal()),
      rssMb: 610 + 60 * (1 - decay) + 4 * normal(),
    });
    if (step % 200 === 0) list.push({ kind: 'evaluation', step, split: 'test', values: measured(decay) });
  }
  list.push({ kind: 'notice', message: 'data/train.jsonl: 3 samples are of class "8" only in English.' });
  list.push({ kind: 'end', step: steps, reason: 'finished' });
  return list.map((event, index) => ({ time: new Date(1_760_000_000_000 + index * 180).toISOString(), ...event }));
}

function measured(decay = 0): Record<string, Measured> {
  const share = (best: number, n: number): Measured => {
    const value = best * (1 - 0.8 * decay);
    const half = 1.96 * Math.sqrt((value * (1 - value)) / n);
    return { value, low: Math.max(0, value - half), high: Math.min(1, value + half), n };
  };
  return {
    'zeroShot/en': share(0.9815, 2000),
    'zeroShot/zh': share(0.979, 2000),
    'match/accuracy': share(0.962, 2000),
    'retrieval/picture->caption/classR@1': share(0.971, 2000),
    'retrieval/caption->picture/classR@1': share(0.968, 2000),
    'retrieval/picture->caption/R@5': share(0.412, 2000),
    'retrieval/picture->caption/R@10': share(0.655, 2000),
    'retrieval/picture->caption/medianRank': { value: 7, low: 6, high: 8, n: 2000 },
  };
}

async function figures(): Promise<Figure[]> {
  const near = (a: number, b: number) => ([3, 5, 8].includes(a) && [3, 5, 8].includes(b)) || (a + b === 11 && a !== b);
  const cells = (same: () => number, alike: () => number, other: () => number) =>
    ENGLISH.map((_, a) => ENGLISH.map((_, b) => (a === b ? same() : near(a, b) ? alike() : other())));
  return [
    {
      kind: 'matrix',
      title: 'Confusion of zero-shot classes, Chinese prompts',
      rows: ENGLISH.map((_, index) => String(index)),
      columns: CHINESE,
      values: cells(
        () => 180 + Math.floor(20 * random()),
        () => Math.floor(6 * random()),
        () => Math.floor(1.4 * random()),
      ),
      rowTitle: 'true class',
      columnTitle: 'predicted class',
    },
    {
      kind: 'matrix',
      title: 'Mean similarity of pictures and captions by class',
      rows: ENGLISH.map((name) => `a picture of a ${name}`),
      columns: ENGLISH.map((name) => `the digit ${name}`),
      values: cells(
        () => 0.85 + 0.1 * random(),
        () => 0.2 + 0.1 * random(),
        () => -0.3 + 0.35 * random(),
      ),
      rowTitle: 'picture',
      columnTitle: 'caption',
    },
    {
      kind: 'matrix',
      title: 'Similarity of single samples, sorted by class',
      rows: Array.from({ length: 120 }, (_, index) => `sample ${index}`),
      columns: Array.from({ length: 120 }, (_, index) => `caption ${index}`),
      values: Array.from({ length: 120 }, (_, a) =>
        Array.from({ length: 120 }, (_, b) => (Math.floor(a / 12) === Math.floor(b / 12) ? 0.8 : 0.1) + 0.1 * normal()),
      ),
    },
    { kind: 'map', title: 'Pictures and captions in the joint space', points: mapPoints() },
    { kind: 'gallery', title: 'Words to pictures', rows: await Promise.all([7, 3, 5].map(wordsToPictures)) },
    { kind: 'gallery', title: 'Pictures to words', rows: await Promise.all([2, 8].map(pictureToWords)) },
    await timeline(),
    { kind: 'gallery', title: 'Where a phrase looks', rows: [await marked()] },
    { kind: 'gallery', title: 'Other kinds of samples', rows: [otherKinds()] },
  ];
}

function mapPoints() {
  const centres = ENGLISH.map(() => Array.from({ length: 32 }, normal));
  return Array.from({ length: 600 }, (_, index) => {
    const label = index % 10;
    const group = index % 20 < 10 ? 'picture' : 'caption';
    const vector = centres[label]!.map((value) => value + 0.7 * normal());
    const length = Math.hypot(...vector);
    return { vector: vector.map((value) => value / length), group, label: String(label) };
  });
}

/** A small PNG with a blurred stroke that differs by digit. */
async function picture(digit: number): Promise<Preview> {
  const angle = digit * 36 + 8 * normal();
  const svg = `<svg width="28" height="28"><rect width="28" height="28" fill="black"/><g transform="rotate(${angle} 14 14)"><path d="M8 6 h12 q4 8 -6 16" stroke="white" stroke-width="3" fill="none" stroke-linecap="round"/></g></svg>`;
  const png = await sharp(Buffer.from(svg)).png().toBuffer();
  return { kind: 'picture', mime: 'image/png', base64: png.toString('base64'), width: 28, height: 28 };
}

/** A picture of four regions with a heat map and two boxes. */
async function marked() {
  const corner = (x: number, y: number) => [x, y, x + 0.5, y + 0.5] as const;
  const heat = [0.1, 0.7, 0.19, 0.01].map((share, at) => ({
    box: corner((at % 2) / 2, Math.floor(at / 2) / 2),
    share,
  }));
  const boxes = [
    { box: [0.5, 0.1, 0.9, 0.5] as const, label: 'right' },
    { box: [0.45, 0.1, 0.9, 0.6] as const, label: HOSTILE },
  ];
  const preview = { ...(await picture(4)), marks: { heat, boxes } } as Preview;
  return { query: { kind: 'words', text: '右上角的笔画' } as Preview, results: [{ preview, score: 0.7, hit: true }] };
}

async function wordsToPictures(digit: number) {
  const results = await Promise.all(
    Array.from({ length: 6 }, async (_, rank) => {
      const hit = rank !== 4;
      return { preview: await picture(hit ? digit : (digit + 5) % 10), score: 0.93 - 0.02 * rank, hit };
    }),
  );
  return {
    query: { kind: 'words', text: digit === 3 ? HOSTILE : `数字${CHINESE[digit]} / a ${ENGLISH[digit]}` } as Preview,
    results,
  };
}

async function pictureToWords(digit: number) {
  const captions = [
    `a handwritten ${ENGLISH[digit]}`,
    `手写的数字${CHINESE[digit]}`,
    `this looks like ${ENGLISH[digit]}, drawn quickly`,
    `图中是${CHINESE[digit]}`,
    HOSTILE,
  ];
  const results = captions.map((text, rank) => ({
    preview: { kind: 'words', text } as Preview,
    score: 0.91 - 0.03 * rank,
    hit: rank < 4,
  }));
  return { query: await picture(digit), results };
}

/** A second and a half of everything: words and a sound without its length stand beside the axis. */
async function timeline(): Promise<Figure> {
  const frame = await picture(4);
  const { query, results } = otherKinds();
  const sound = results[0]!.preview;
  if (frame.kind !== 'picture' || sound.kind !== 'sound') throw new Error('unreachable');
  const { kind: _, ...drawn } = frame;
  const series = query.kind === 'series' ? query.values.map((channel) => channel.slice(0, 150)) : [];
  return {
    kind: 'timeline',
    title: '一个样本 of everything',
    tracks: [
      { name: '描述', preview: { kind: 'words', text: HOSTILE } },
      { name: 'voice', preview: { ...sound, seconds: 1.5, spectrogram: drawn } },
      { name: 'noise', preview: sound },
      { name: 'film', preview: { kind: 'film', frames: [0, 0.02, 0.5, 1].map((time) => ({ ...drawn, time })) } },
      { name: 'pen', preview: { kind: 'series', names: ['横', 'down'], rate: 100, values: series } },
      {
        name: 'read',
        spans: [
          { start: 0.2, end: 0.4, label: '七' },
          { start: 0.7, end: 0.8, label: HOSTILE },
        ],
      },
    ],
  };
}

function otherKinds() {
  const wave = (frequency: number) =>
    Array.from({ length: 500 }, (_, at) => Math.sin((at / 100) * frequency) + 0.05 * normal());
  const header = Buffer.from('524946462400000057415645666d74201000000001000100401f0000803e00000200100064617461', 'hex');
  const sound = Buffer.concat([header, Buffer.alloc(4), Buffer.alloc(800)]).toString('base64');
  return {
    query: { kind: 'series', names: ['x', 'y'], rate: 100, values: [wave(9), wave(5)] } as Preview,
    results: [
      { preview: { kind: 'sound', mime: 'audio/wav', base64: sound } as Preview, score: 0.7 },
      { preview: { kind: 'series', names: ['x'], rate: 50, values: [wave(3)] } as Preview, score: -0.12 },
    ],
  };
}

function quarantined(): Quarantined[] {
  return [
    {
      id: 'digits/000412',
      file: 'data/图片/000412.png',
      input: 'picture',
      stage: 'prepare',
      code: 'SAMPLE',
      reason: 'The PNG ends after 211 of 388 bytes; write it again or remove the line.',
    },
    {
      id: HOSTILE,
      file: 'data/train.jsonl:7120',
      stage: 'validate',
      code: 'SAMPLE',
      reason: `Field "caption" has 100,000 characters, at most 4,096 are allowed: ${HOSTILE}`,
    },
  ];
}
