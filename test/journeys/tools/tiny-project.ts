import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** Below this folder, so that a project's imports of `@modalkit/*` resolve. */
const TEMPORARY = fileURLToPath(new URL('../.tmp', import.meta.url));

export const CLASSES = ['one', 'two', 'three'] as const;
const CHINESE = ['一', '二', '三'];

/** A line of the manifest. */
export type Row = Record<string, unknown>;

/** Parts of the config as JavaScript; what is left out is that of a project with a picture and a caption. */
export interface ConfigParts {
  readonly inputs?: string;
  readonly fusion?: string;
  readonly heads?: string;
  readonly objectives?: string;
  readonly metrics?: string;
  readonly data?: string;
  readonly train?: string;
  /** Further fields of the config. */
  readonly more?: string;
  /** Further lines before the config. */
  readonly top?: string;
}

export interface TinyProject {
  readonly folder: string;
  readonly rows: readonly Row[];
  path(...parts: string[]): string;
  writeConfig(parts?: ConfigParts): Promise<void>;
  /** Writes lines as they are, or rows as JSON. */
  writeManifest(lines: readonly (string | Row)[]): Promise<void>;
  remove(): Promise<void>;
}

/** A project of 24 real pictures in three classes, named and captioned in English and Chinese by turns. */
export async function tinyProject(parts: ConfigParts = {}): Promise<TinyProject> {
  const folder = join(TEMPORARY, randomUUID().slice(0, 8));
  const path = (...names: string[]) => join(folder, ...names);
  await mkdir(path('data', '图片'), { recursive: true });
  const rows = Array.from({ length: 24 }, (_, index) => rowOf(index));
  await Promise.all(rows.map((row, index) => writePicture(path('data', row.picture), index)));
  const project: TinyProject = {
    folder,
    rows,
    path,
    writeConfig: (changed = {}) => writeFile(path('modalkit.config.mjs'), configOf({ ...parts, ...changed })),
    writeManifest: (lines) =>
      writeFile(
        path('data', 'manifest.jsonl'),
        lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
      ),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  await project.writeConfig();
  await project.writeManifest(rows);
  return project;
}

function rowOf(index: number) {
  const kind = index % 3;
  const english = Math.floor(index / 3) % 2 === 0;
  return {
    id: `s${index}`,
    split: index < 18 ? 'train' : 'test',
    picture: english ? `picture ${index}.png` : `图片/数字 ${index}.png`,
    caption: english ? `the number ${CLASSES[kind]}` : `数字${CHINESE[kind]}`,
    digit: CLASSES[kind],
  };
}

/** Stripes whose slant is the class. */
export async function writePicture(file: string, index: number): Promise<void> {
  const pixel = (at: number) => ((at % 16) + Math.floor(at / 16) * (index % 3)) % 5 < 2;
  const pixels = Array.from({ length: 256 }, (_, at) => (pixel(at) ? 180 + ((index * 7) % 60) : (index * 5) % 40));
  await sharp(Buffer.from(pixels), { raw: { width: 16, height: 16, channels: 1 } })
    .png()
    .toFile(file);
}

export const PICTURE = `image({ size: 16, fit: 'pad', channels: 1, patch: 8, width: 8, layers: 1, heads: 2 })`;
export const CAPTION = `text({ width: 8, layers: 1, heads: 2, vocabulary: 300, maxTokens: 16 })`;

function configOf(parts: ConfigParts): string {
  return `import { anomaly, classify, cross, crossEntropy, defineConfig, early, infoNCE, jsonl, late, list, retrieval } from '@modalkit/core';
import { image } from '@modalkit/image';
import { text } from '@modalkit/text';
${parts.top ?? ''}

export default defineConfig({
  inputs: { ${parts.inputs ?? `picture: ${PICTURE}, caption: ${CAPTION}`} },
  space: { width: 8 },
  fusion: ${parts.fusion ?? 'late()'},
  heads: { ${parts.heads ?? `digit: classify({ classes: ${JSON.stringify(CLASSES)} })`} },
  objectives: { ${
    parts.objectives ??
    `contrast: infoNCE({ pairs: [['picture', 'caption']], positives: 'digit' }), digit: crossEntropy({ head: 'digit', target: 'digit' })`
  } },
  metrics: { ${parts.metrics ?? `retrieval: retrieval({ pairs: [['picture', 'caption']], target: 'digit' })`} },
  data: { source: jsonl({ path: 'data/manifest.jsonl' }), batch: 6, workers: 0, ${parts.data ?? ''} },
  train: { steps: 6, saveEvery: 2, ${parts.train ?? ''} },
  ${parts.more ?? ''}
});
`;
}
