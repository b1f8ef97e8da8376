import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Kinds of samples: the heat of a plate, the beats of a pulse in a second, and a word. */
const KINDS = [
  { kind: 'icy', heat: [-1.5, 0.4], beats: 1 },
  { kind: 'cool', heat: [-0.5, -0.4], beats: 2 },
  { kind: 'warm', heat: [0.5, 0.4], beats: 4 },
  { kind: 'glowing', heat: [1.5, -0.4], beats: 8 },
] as const;
const TRAINING = 96;

/** Writes a project in which plates of heat are aligned with words. */
export async function writeLab(folder: string): Promise<void> {
  const inputs = [
    'heat: thermal({ channels: 2, maxTokens: 8, width: 16, layers: 0 })',
    'caption: text({ vocabulary: 300, maxTokens: 16, width: 16, layers: 0, heads: 2 })',
  ];
  const imports = [`import { text } from '@modalkit/text';`, `import { thermal } from '@you/thermal';`];
  await write(folder, { imports, inputs, pair: ['heat', 'caption'] });
}

/** Writes a project of someone else that has pulses, and may get plates of heat. */
export async function writeField(folder: string): Promise<void> {
  const inputs = [
    `pulse: sensor({ channels: { beat: { unit: 'V', rate: 32 } }, window: 0.5, maxTokens: 4, width: 16, layers: 1, heads: 2 })`,
  ];
  await write(folder, { imports: [`import { sensor } from '@modalkit/sensor';`], inputs, pair: ['pulse', 'heat'] });
}

interface Parts {
  readonly imports: readonly string[];
  readonly inputs: readonly string[];
  readonly pair: readonly string[];
}

async function write(folder: string, { imports, inputs, pair }: Parts): Promise<void> {
  const named = pair.map((name) => `'${name}'`).join(', ');
  const config = `import { defineConfig, infoNCE, jsonl, retrieval } from '@modalkit/core';
${imports.join('\n')}

export default defineConfig({
  description: 'Plates and pulses that a test made; CC0.',
  space: { width: 16 },
  inputs: {
    ${inputs.join(',\n    ')},
  },
  objectives: { contrast: infoNCE({ pairs: [[${named}]], positives: 'kind' }) },
  metrics: { retrieval: retrieval({ pairs: [[${named}]], target: 'kind' }) },
  data: { source: jsonl({ path: 'data/manifest.jsonl' }), batch: 16, workers: 0 },
  train: { steps: 60, learningRate: 1e-2, warmUp: 5 },
});
`;
  await mkdir(join(folder, 'data'), { recursive: true });
  await writeFile(join(folder, 'modalkit.config.ts'), config);
  const rows = Array.from({ length: TRAINING + 48 }, (_, index) => rowOf(index));
  await writeFile(join(folder, 'data', 'manifest.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** No two samples of a kind are equal: plates differ in length and noise, pulses in phase and height. */
function rowOf(index: number) {
  const { kind, heat, beats } = KINDS[index % KINDS.length]!;
  const noise = (at: number) => 0.3 * Math.sin(12.9898 * (index + 1) + 78.233 * at);
  const plate = Array.from({ length: 3 + (index % 5) }, (_, row) => heat.map((each, at) => each + noise(2 * row + at)));
  const times = Array.from({ length: 64 }, (_, at) => at / 32);
  const values = times.map((time) => (1 + noise(1)) * Math.sin(2 * Math.PI * beats * time + 3 * noise(2)));
  return {
    ...{ id: `${kind}-${index}`, split: index < TRAINING ? 'train' : 'test', kind },
    ...{ heat: plate, caption: `a ${kind} plate`, pulse: { channels: { beat: { times, values } } } },
  };
}
