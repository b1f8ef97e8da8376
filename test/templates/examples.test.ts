import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTemplate } from 'create-modalkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCode, buildTypes } from '../../recipes/build.mjs';
import { ROOT } from '../../recipes/tools/packages.mjs';
import { atTheTerminal } from '../docs/at-the-terminal.js';
import {
  type LoopbackRegistry,
  mustRun,
  publishWorkspace,
  startRegistry,
} from '../journeys/tools/loopback-registry.js';
import { BIN } from '../journeys/tools/modalkit.js';
import { linkDependencies } from './link-dependencies.js';

const FULL = process.env.MODALKIT_FULL === '1';
const MINUTES = 60_000;
/** Files of the template that an author whose samples are no rows of numbers deletes. */
const DELETED = ['statistics.ts', 'collate-rows.ts', 'encode-rows.ts'];

interface Line {
  readonly [column: string]: unknown;
}

/** A grid of 8 x 8 distances: a step on the left or on the right. */
function depthLine(data: string, index: number): Line {
  const kind = index % 2 ? 'left' : 'right';
  const pixels = Buffer.alloc(128);
  for (let at = 0; at < 64; at++)
    pixels.writeUInt16BE(at % 8 < 4 === (kind === 'left') ? 900 + 7 * index : 6000 + (at % 5), 2 * at);
  writeFileSync(join(data, `${index}.pgm`), Buffer.concat([Buffer.from('P5\n8 8\n65535\n'), pixels]));
  return { id: `${kind}-${index}`, input: `${index}.pgm`, caption: `a step on the ${kind}`, kind };
}

/** A session that ends in the shop or away from it. */
function clicksLine(_: string, index: number): Line {
  const kind = index % 2 ? 'buys' : 'leaves';
  const names = ['open', ...Array(index % 4).fill('search'), ...(kind === 'buys' ? ['cart', 'pay'] : ['back'])];
  const input = names.map((event, at) => ({ time: at * (1 + (index % 7)), event }));
  return { id: `${kind}-${index}`, input, caption: `somebody ${kind}`, kind };
}

const EXAMPLES = [
  {
    name: 'depth',
    options: '{ rows: 8, columns: 8, patch: 4, width: 16 }',
    line: depthLine,
    mask: 'block',
    more: ', block: 0.5',
  },
  { name: 'clicks', options: '{ maxTokens: 8, width: 16 }', line: clicksLine, mask: 'random', more: '' },
];

const configOf = (name: string, options: string, mask: string) => `
import { accuracy, classify, cross, crossEntropy, defineConfig, infoNCE, jsonl, maskedModelling } from '@modalkit/core';
import { text } from '@modalkit/text';
import { ${name} } from '@you/${name}';

export default defineConfig({
  inputs: { input: ${name}(${options}), caption: text({ width: 16, layers: 1, heads: 2, vocabulary: 300, maxTokens: 24 }) },
  space: { width: 16 },
  fusion: cross({ inputs: ['input', 'caption'], query: ['caption'], layers: 1 }),
  heads: { kind: classify({ classes: ['KINDS'], from: 'input' }) },
  masking: { input: ${mask} },
  objectives: {
    contrast: infoNCE({ pairs: [['input', 'caption']], positives: 'kind' }),
    hidden: maskedModelling({ input: 'input' }),
    kind: crossEntropy({ head: 'kind' }),
  },
  metrics: { kind: accuracy({ head: 'kind' }) },
  data: { source: jsonl({ path: 'data/manifest.jsonl' }), batch: 16, workers: 1 },
  train: { steps: 40, warmUp: 5, learningRate: 1e-2 },
});
`;

/** With `MODALKIT_FULL` all comes from a registry that our packages were published to. */
describe('a modality that was written outside', () => {
  let root: string;
  let registry: LoopbackRegistry | undefined;
  beforeAll(async () => {
    await buildCode();
    await buildTypes();
    root = mkdtempSync(join(tmpdir(), 'modalkit-outside-'));
    if (!FULL) return;
    registry = await startRegistry();
    await publishWorkspace(registry);
  }, 10 * MINUTES);
  afterAll(async () => {
    await registry?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test.each(FULL ? EXAMPLES : EXAMPLES.slice(0, 1))(
    '$name passes the kit, is packed, installed from its tarball and trained with text',
    async ({ name, options, line, mask, more }) => {
      const { type } = atTheTerminal(registry?.env);
      const plugin = join(root, name);
      mkdirSync(plugin);
      await writeTemplate('modality', plugin, { name: `@you/${name}`, modality: name });
      for (const file of DELETED) rmSync(join(plugin, 'src', file));
      cpSync(join(ROOT, 'docs', 'examples', name), plugin, { recursive: true });
      await type(['npm', 'install'], plugin);
      await type(['npm', 'test'], plugin);
      if (FULL) await type(['npm', 'run', 'typecheck'], plugin);
      await type(['npm', 'pack'], plugin);

      const project = join(root, `${name}-project`);
      const data = join(project, 'data');
      mkdirSync(data, { recursive: true });
      const lines = Array.from({ length: 64 }, (_, index) => line(data, index));
      const split = (index: number) => (index < 48 ? 'train' : 'test');
      writeFileSync(
        join(data, 'manifest.jsonl'),
        lines.map((each, index) => `${JSON.stringify({ ...each, split: split(index) })}\n`).join(''),
      );
      const masking = `{ kind: '${mask}', ratio: 0.3${more} }`;
      const kinds = [...new Set(lines.map(({ kind }) => kind))].join("', '");
      writeFileSync(join(project, 'modalkit.config.ts'), configOf(name, options, masking).replace('KINDS', kinds));
      const { version } = JSON.parse(readFileSync(join(ROOT, 'packages', 'core', 'package.json'), 'utf8'));
      const own = Object.fromEntries(['@modalkit/core', '@modalkit/text', 'modalkit'].map((each) => [each, version]));
      const tarball = join(plugin, `you-${name}-0.0.0.tgz`);
      const manifest = { name: 'project', private: true, type: 'module' };
      const fromTarball = FULL ? { [`@you/${name}`]: `file:${tarball}` } : {};
      writeFileSync(
        join(project, 'package.json'),
        JSON.stringify({ ...manifest, dependencies: { ...own, ...fromTarball } }),
      );
      await type(['npm', 'install'], project);
      if (!FULL) {
        const place = join(project, 'node_modules', '@you', name);
        mkdirSync(place, { recursive: true });
        await mustRun('tar', ['-xzf', tarball, '-C', place, '--strip-components=1'], project);
        linkDependencies(place);
      }
      const said = await mustRun(
        process.execPath,
        [BIN, 'train', project, '--run', 'run', '--no-report', '--json'],
        project,
      );
      const { reason, step, quarantined, values } = JSON.parse(said.trimEnd().split('\n').at(-1)!);
      expect({ reason, step, quarantined }).toEqual({ reason: 'finished', step: 40, quarantined: 0 });
      expect(values['accuracy/kind'].value).toBeGreaterThan(0.9);
    },
    5 * MINUTES,
  );
});
