import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARROWS } from './arrows.js';
import * as rules from './rules.js';
import { readTree, type SourceTree } from './source-tree.js';

const ROOT = join(import.meta.dirname, '..', '..');

let copy: string;
let tree: SourceTree;
beforeAll(() => {
  tree = readTree(ROOT);
  copy = mkdtempSync(join(tmpdir(), 'modalkit-boundaries-'));
  const left = ['node_modules', 'dist', 'runs', 'data'];
  for (const parent of ['packages', 'plugins'])
    cpSync(join(ROOT, parent), join(copy, parent), {
      recursive: true,
      filter: (path) => !left.includes(basename(path)),
    });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The breaches that a rule finds once these files are planted. */
function breaches(rule: rules.Rule, planted: Readonly<Record<string, string>>): string[] {
  for (const [path, text] of Object.entries(planted)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  try {
    return rule(readTree(copy));
  } finally {
    for (const path of Object.keys(planted)) rmSync(join(copy, path));
  }
}

/** Each planted file is found, by name. */
function expectCaught(rule: rules.Rule, planted: Readonly<Record<string, string>>): void {
  const found = breaches(rule, planted);
  for (const path of Object.keys(planted)) expect(found.filter((line) => line.startsWith(`${path}: `))).not.toEqual([]);
}

/** Planted files that keep the rule are left alone. */
function expectLeft(rule: rules.Rule, planted: Readonly<Record<string, string>>): void {
  const found = breaches(rule, planted);
  for (const path of Object.keys(planted)) expect(found.filter((line) => line.startsWith(path))).toEqual([]);
}

const manifest = (fields: object) => JSON.stringify({ name: 'planted', ...fields });

test('every package has its arrows', () => {
  expect(tree.rooms.map(({ name }) => name).filter((name) => !(name in ARROWS))).toEqual([]);
  expect(tree.rooms.flatMap(({ sources }) => sources).length).toBeGreaterThan(100);
});

describe('imports follow the arrows', () => {
  test('here', () => expect(rules.importsFollowArrows(tree)).toEqual([]));

  test('a planted import is caught in each of its forms', () =>
    expectCaught(rules.importsFollowArrows, {
      'packages/core/src/planted-static.ts': `import { image } from '@modalkit/image';`,
      'packages/core/src/planted-bare.ts': `import '@modalkit/backend';`,
      'packages/core/src/planted-dynamic.ts': `await import('@modalkit/backend/js');`,
      'packages/core/src/planted-template.ts': 'await import(`@modalkit/report`);',
      'packages/core/src/planted-require.cts': `const it = require('@modalkit/report');`,
      'packages/core/src/planted-resolve.ts': `import.meta.resolve('@modalkit/text');`,
      'packages/core/src/planted-created.ts': `createRequire(import.meta.url)('@modalkit/text');`,
      'packages/core/src/planted-type.ts': `import type { Backend } from '@modalkit/backend';`,
      'packages/core/src/planted-inline.ts': `export type It = import('@modalkit/backend').It;`,
      'packages/core/src/planted-again.ts': `export * from '@modalkit/report';`,
      'packages/core/src/planted-relative.ts': `import '../../backend/src/index.js';`,
      'packages/core/src/planted-out.ts': `import '../../../recipes/digits/captions.mjs';`,
      'packages/contract/src/planted.ts': `import '@modalkit/toolkit';`,
      'packages/toolkit/src/planted.ts': `import '@modalkit/core';`,
      'packages/report/src/planted.ts': `import '@modalkit/core';`,
      'packages/backend/src/planted.ts': `import '@modalkit/core';`,
      'plugins/text/src/planted.ts': `import '@modalkit/core';`,
      'plugins/image/src/planted.ts': `import '@modalkit/text';`,
    }));

  test('allowed ones are not', () =>
    expectLeft(rules.importsFollowArrows, {
      'packages/backend/src/planted.ts': `import '@modalkit/toolkit';`,
      'plugins/image/src/planted.ts': `import '@modalkit/contract'; import './image.js';`,
      'packages/core/src/planted.ts': `import '@modalkit/toolkit/testing'; // import '@modalkit/image'`,
      'packages/core/test/planted.ts': `import '@modalkit/image';`,
    }));
});

describe('package.json follows the arrows', () => {
  test('here', () => expect(rules.manifestsFollowArrows(tree)).toEqual([]));

  test.each(['dependencies', 'peerDependencies', 'optionalDependencies'])('planted %s are caught', (field) =>
    expectCaught(rules.manifestsFollowArrows, {
      'plugins/planted/package.json': manifest({ [field]: { '@modalkit/core': 'workspace:^' } }),
    }),
  );

  test('devDependencies are free', () =>
    expectLeft(rules.manifestsFollowArrows, {
      'plugins/planted/package.json': manifest({ devDependencies: { '@modalkit/core': 'workspace:^' } }),
    }));
});

describe('what is imported is declared', () => {
  test('here', () => expect(rules.importsAreDeclared(tree)).toEqual([]));

  test('a planted import of a development package is caught', () =>
    expectCaught(rules.importsAreDeclared, {
      'plugins/text/src/planted.ts': `import { tmpdir } from 'node:os'; import cpu from '@tensorflow/tfjs-backend-cpu';`,
      'packages/core/src/planted.ts': `import sharp from 'sharp';`,
      'packages/cli/src/planted.ts': `export type { Ast } from 'typescript';`,
    }));
});

describe('core names no modality', () => {
  test('here', () => expect(rules.coreNamesNoModality(tree)).toEqual([]));

  test('a planted name is caught wherever it stands', () =>
    expectCaught(rules.coreNamesNoModality, {
      'packages/core/src/planted-identifier.ts': 'const textTokens = 1;',
      'packages/core/src/planted-camel.ts': 'const rawImageSize = 1;',
      'packages/core/src/planted-upper.ts': 'const MAX_AUDIO_SECONDS = 1;',
      'packages/core/src/planted-acronym.ts': 'const HTMLText = 1;',
      'packages/core/src/planted-snake.ts': 'const video_frames = 1;',
      'packages/core/src/planted-string.ts': `const kind = 'sensor-window';`,
      'packages/core/src/planted-plural.ts': 'const images = [];',
      'packages/core/src/planted-comment.ts': '// as an image has it',
      'packages/core/src/text-planted.ts': 'export {};',
      'packages/core/src/planted-coder.ts': 'class TextCoder {}',
    }));

  test('other words and the two classes of JavaScript are left', () =>
    expectLeft(rules.coreNamesNoModality, {
      'packages/core/src/planted.ts':
        'new TextEncoder(); new TextDecoder(); const context = { texture: 1, imaged: 2 };',
    }));
});

describe('only the backend names a concrete tensor backend', () => {
  test('here', () => expect(rules.backendsAreNamedInBackend(tree)).toEqual([]));

  test('a planted name is caught', () =>
    expectCaught(rules.backendsAreNamedInBackend, {
      'packages/core/src/planted.ts': `await import('@tensorflow/tfjs-backend-wasm');`,
      'packages/cli/src/planted.ts': `const name = '@tensorflow/tfjs-node-gpu';`,
      'plugins/planted/package.json': manifest({ dependencies: { '@tensorflow/tfjs-node': '4.22.0' } }),
    }));
});

describe('only the backend imports tfjs at run time', () => {
  test('here', () => expect(rules.tfjsIsImportedInBackend(tree)).toEqual([]));

  test('a planted import is caught', () =>
    expectCaught(rules.tfjsIsImportedInBackend, {
      'packages/toolkit/src/planted.ts': `import * as tf from '@tensorflow/tfjs-core';`,
      'packages/core/src/planted.ts': `import { type Tensor } from '@tensorflow/tfjs-core';`,
      'plugins/text/src/planted.ts': `export { tidy } from '@tensorflow/tfjs-core';`,
      'packages/cli/src/planted.ts': `const tf = await import('@tensorflow/tfjs-core');`,
    }));

  test('types are left', () =>
    expectLeft(rules.tfjsIsImportedInBackend, {
      'packages/core/src/planted.ts': `import type { Tensor } from '@tensorflow/tfjs-core';`,
      'packages/core/src/planted-inline.ts': `type Tensor = import('@tensorflow/tfjs-core').Tensor;`,
    }));
});

describe('few rooms start processes', () => {
  test('here', () => expect(rules.processesAreStartedInFewRooms(tree)).toEqual([]));

  test('a planted one is caught', () =>
    expectCaught(rules.processesAreStartedInFewRooms, {
      'packages/core/src/planted.ts': `import { spawn } from 'node:child_process';`,
      'plugins/image/src/planted.ts': `import { execFile } from 'child_process';`,
      'packages/toolkit/src/planted.ts': `await import('execa');`,
    }));
});

describe('no shells', () => {
  test('here', () => expect(rules.noShells(tree)).toEqual([]));

  test('a planted one is caught', () =>
    expectCaught(rules.noShells, {
      'packages/cli/src/planted-exec.ts': `import { exec } from 'node:child_process';`,
      'packages/cli/src/planted-renamed.ts': `import { execSync as run } from 'node:child_process';`,
      'packages/cli/src/planted-namespace.ts': `import * as childProcess from 'node:child_process'; childProcess.execSync('ls');`,
      'packages/backend/src/planted-option.ts': `spawn('ls', [], { shell: true });`,
      'packages/backend/src/planted-path.ts': `spawn('ls', [], { 'shell': '/bin/sh' });`,
      'packages/core/test/planted.ts': `spawn('ls', [], { shell: true });`,
    }));

  test('regular expressions and files are left', () =>
    expectLeft(rules.noShells, {
      'packages/cli/src/planted.ts': `import { execFile } from 'node:child_process'; /a/.exec('a'); spawn('ls', [], { shell: false });`,
    }));
});
