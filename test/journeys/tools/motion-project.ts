import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Below this folder, so that a project's imports of `@modalkit/*` resolve. */
const TEMPORARY = fileURLToPath(new URL('../.tmp', import.meta.url));

/** Packets a second of the project's device. */
export const RATE = 100;
export const CHANNELS = `x:${RATE},y:${RATE}`;

export interface MotionProject {
  readonly folder: string;
  /** The port that the config names. */
  readonly port: string;
  path(...parts: string[]): string;
  remove(): Promise<void>;
}

/** A project of short recordings that go up (x = 1, y = -1) or down, captioned in two languages, with a device in `live`. */
export async function motionProject(): Promise<MotionProject> {
  const folder = join(TEMPORARY, randomUUID().slice(0, 8));
  const path = (...names: string[]) => join(folder, ...names);
  await mkdir(path('data', '运动'), { recursive: true });
  const port = path('tty设备');
  const rows = Array.from({ length: 16 }, (_, index) => rowOf(index));
  await Promise.all(rows.map(({ motion }, index) => writeFile(path('data', motion), recordingOf(index))));
  await writeFile(path('data', 'manifest.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await writeFile(path('modalkit.config.mjs'), configOf(port));
  return { folder, port, path, remove: () => rm(folder, { recursive: true, force: true }) };
}

function rowOf(index: number) {
  const up = index % 2 === 0;
  const english = index % 4 < 2;
  return {
    ...{ id: `m${index}`, split: index < 12 ? 'train' : 'test', motion: `运动/${index}.csv`, way: up ? 'up' : 'down' },
    caption: english ? `it goes ${up ? 'up' : 'down'}` : up ? '向上' : '向下',
  };
}

/** One second of `time,x,y`. */
function recordingOf(index: number): string {
  const x = (at: number) => (index % 2 === 0 ? 1 : -1) + 0.1 * Math.sin(index + at / 3);
  const lines = Array.from({ length: RATE }, (_, at) => `${at / RATE},${x(at).toFixed(4)},${(-x(at)).toFixed(4)}`);
  return `time,x,y\n${lines.join('\n')}\n`;
}

function configOf(port: string): string {
  return `import { classify, crossEntropy, defineConfig, infoNCE, jsonl, late } from '@modalkit/core';
import { sensor, serial } from '@modalkit/sensor';
import { text } from '@modalkit/text';

const channels = { x: { rate: ${RATE} }, y: { rate: ${RATE} } };

export default defineConfig({
  inputs: {
    motion: sensor({ channels, window: 0.1, chunk: 2, width: 8, layers: 1, heads: 2, standardise: 'none' }),
    caption: text({ width: 8, layers: 1, heads: 2, vocabulary: 300, maxTokens: 16 }),
  },
  space: { width: 8 },
  fusion: late(),
  heads: { way: classify({ classes: ['up', 'down'] }) },
  objectives: {
    way: crossEntropy({ head: 'way' }),
    contrast: infoNCE({ pairs: [['motion', 'caption']], positives: 'way' }),
  },
  live: { motion: serial({ port: ${JSON.stringify(port)}, format: 'csv', channels }) },
  data: { source: jsonl({ path: 'data/manifest.jsonl' }), batch: 6, workers: 0 },
  train: { steps: 16, learningRate: 0.02, warmUp: 0 },
});
`;
}
