import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsBackend } from '@modalkit/backend/js';
import { accuracy, classify, createRuntime, crossEntropy, jsonl, retrieval, train } from '@modalkit/core';
import { text } from '@modalkit/text';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../recipes/tools/packages.mjs';
import { filledTemplate } from './filled-template.js';

/** Plates are told apart by their first number; captions say which. */
const KINDS = { hot: 1, cold: -1 };

describe('a modality, a fusion and an objective from outside', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'modalkit-composed-'));
    await filledTemplate('modality', join(folder, 'heat'), 'heat');
    await filledTemplate('extension', join(folder, 'gate'), 'gate');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('train together with text, and no line of Modalkit changes', async () => {
    const before = changesOfPackages();
    const [{ heat }, { gateFusion, gateObjective }] = await Promise.all(
      ['heat', 'gate'].map((name) => import(join(folder, name, 'src', 'index.ts'))),
    );
    writeFileSync(join(folder, 'manifest.jsonl'), manifest());
    const runtime = createRuntime(
      {
        inputs: {
          plate: heat({ channels: 2, maxTokens: 4, width: 8 }),
          caption: text({ width: 8, layers: 1, heads: 2, vocabulary: 300, maxTokens: 16 }),
        },
        space: { width: 8 },
        fusion: gateFusion(),
        heads: { kind: classify({ classes: Object.keys(KINDS) }) },
        objectives: { rank: gateObjective({ pair: ['plate', 'caption'] }), kind: crossEntropy({ head: 'kind' }) },
        metrics: {
          retrieval: retrieval({ pairs: [['plate', 'caption']], target: 'kind' }),
          accuracy: accuracy({ head: 'kind' }),
        },
        data: { source: jsonl({ path: 'manifest.jsonl' }), batch: 8, workers: 0, cache: false },
        train: { steps: 30, learningRate: 0.02, warmUp: 5 },
      },
      { folder },
    );
    const result = await train({ runtime, backend: await jsBackend(), folder: join(folder, 'run') });
    const values = result.evaluation!.values;
    for (const name of ['plate->caption', 'caption->plate']) expect(values[`retrieval/${name}/classR1`]!.value).toBe(1);
    expect(values['accuracy/kind']!.value).toBe(1);
    const [first, ...steps] = stepsOf(join(folder, 'run'));
    expect(steps.at(-1)!['loss/rank/plate->caption']).toBeLessThan(first!['loss/rank/plate->caption']!);
    expect(changesOfPackages()).toBe(before);
  });
});

/** What was measured at each step of training. */
function stepsOf(folder: string): Record<string, number>[] {
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line)).flatMap(({ kind, values }) => (kind === 'step' ? [values] : []));
}

/** What git sees changed below packages/ and plugins/. */
function changesOfPackages(): string {
  return spawnSync('git', ['status', '--porcelain', '--', 'packages', 'plugins'], { cwd: ROOT, encoding: 'utf8' })
    .stdout;
}

function manifest(): string {
  const lines = Array.from({ length: 40 }, (_, index) => {
    const [kind, sign] = Object.entries(KINDS)[index % 2]!;
    const plate = Array.from({ length: 2 + (index % 3) }, (_, row) => [sign + 0.01 * ((index * 7 + row) % 10), row]);
    return { id: `${kind}-${index}`, split: index < 32 ? 'train' : 'test', plate, caption: `a ${kind} plate`, kind };
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
