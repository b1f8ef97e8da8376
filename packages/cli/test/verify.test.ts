import { CONTRACT } from '@modalkit/contract';
import { describe, expect, it } from 'vitest';
import { provenance } from '../src/commands/publish.js';
import { checkDependencies } from '../src/verify/check-dependencies.js';
import { checkFiles, checkSize } from '../src/verify/check-files.js';
import { checkManifest } from '../src/verify/check-manifest.js';
import { findingOf, isSilenceable } from '../src/verify/finding.js';
import type { Manifest, PackedPlugin } from '../src/verify/packed-plugin.js';
import { RULES } from '../src/verify/rules.js';
import { VERSION } from '../src/version.js';

const GOOD: Manifest = {
  name: '@you/thermal',
  version: '1.0.0',
  license: 'MIT',
  keywords: ['modalkit-plugin'],
  modalkit: { contract: CONTRACT },
  dependencies: { '@modalkit/contract': `^${VERSION}`, zod: '^4.0.0' },
  peerDependencies: { '@tensorflow/tfjs-core': '^4.22.0' },
};
const FILES = {
  LICENSE: 'MIT',
  'README.md': '# thermal',
  'dist/index.js': `import { definePlugin } from '@modalkit/contract';\nimport { z } from 'zod';\nimport fs from 'node:fs';`,
  'dist/index.d.ts': `import type { Tensor } from '@tensorflow/tfjs-core';\nexport * from './a.js';`,
};

function packed(manifest: object = {}, files: Record<string, string | undefined> = {}): PackedPlugin {
  const all = Object.entries({ ...FILES, ...files }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    ...{ folder: '/a', tarball: '/a.tgz', bytes: 1000 },
    manifest: { ...GOOD, ...manifest },
    files: all.map(([name, text]) => ({ name, data: new TextEncoder().encode(text) })),
  };
}

const HOLDS_CONTRACT = { 'dist/b.js': `Symbol.for("modalkit/v1/plugin-factory")` };

async function seenIn(plugin: PackedPlugin): Promise<string[]> {
  const seen = [...checkManifest(plugin), ...(await checkFiles(plugin)), ...(await checkDependencies(plugin))];
  return seen.map(({ id, what }) => `${id}: ${what}`);
}

/** Of the form of a token, made here: none that was ever given. */
const TOKEN = `npm_${'a1B2c3D4e5F6'.repeat(3)}`;
const BODY = Array.from({ length: 20 }, (_, line) => `${'MIIEow8AAK'.repeat(6)}${1000 + line}`).join('\n');
const KEY = ['-----BEGIN RSA PRIVATE', `KEY-----\n${BODY}\n-----END RSA PRIVATE`, 'KEY-----'].join(' ');

describe('a package is found fit', () => {
  it('when nothing is wrong with it', async () => expect(await seenIn(packed())).toEqual([]));
});

describe('a package is found unfit, by one finding alone', () => {
  it.each<[string, object, Record<string, string | undefined>, RegExp]>([
    ['without the contract number', { modalkit: {} }, {}, /^contract: package\.json states no "modalkit\.contract"/],
    ['with a word for a number', { modalkit: { contract: '1' } }, {}, /^contract: package\.json states "1"/],
    [
      'of a newer contract',
      { modalkit: { contract: 99 } },
      {},
      /^contract: it is of contract 99, this modalkit is of 1/,
    ],
    [
      'with workspace:',
      { peerDependencies: { ...GOOD.peerDependencies, a: 'workspace:^' } },
      {},
      /^workspace: .* a@workspace:\^/,
    ],
    [
      'with catalog:',
      { optionalDependencies: { a: 'catalog:' } },
      {},
      /^workspace: optionalDependencies has a@catalog:/,
    ],
    ['with an install script', { scripts: { postinstall: 'node x' } }, {}, /^install-script: "postinstall" would run/],
    ['with what npm builds unasked', {}, { 'binding.gyp': '{}' }, /^install-script: "binding\.gyp"/],
    ['without a licence', { license: undefined }, {}, /^licence: package\.json states no/],
    ['without the licence file', {}, { LICENSE: undefined }, /^licence: no LICENSE file/],
    ['without a README', {}, { 'README.md': undefined }, /^readme: /],
    ['without the keyword', { keywords: [] }, {}, /^keyword: /],
    ['with tests', {}, { 'test/a.js': '', 'dist/b.test.js': '' }, /^tests: 2 files .*test\/a\.js, dist\/b\.test\.js/],
    ['with a file of settings', {}, { '.env': 'A=1' }, /^secret: \.env is packed/],
    ['with a token', {}, { 'dist/a.js': `const token = '${TOKEN}';` }, /^secret: dist\/a\.js:1 looks like a secret/],
    ['with a private key', {}, { 'dist/a.txt': KEY }, /^secret: dist\/a\.txt:1 looks like a secret/],
    [
      'with an undeclared import',
      {},
      { 'dist/b.js': `import 'left-pad/x';` },
      /^undeclared: dist\/b\.js imports left-pad/,
    ],
    [
      'with an undeclared dynamic import',
      {},
      { 'dist/b.js': `await import('@a/b/c');` },
      /^undeclared: .* imports @a\/b$/,
    ],
    ['with an undeclared type', {}, { 'dist/b.d.ts': `export type A = import('ws').A;` }, /^undeclared: .* imports ws/],
    ['with an unused dependency', { dependencies: { ...GOOD.dependencies, ws: '1' } }, {}, /^unused: .* ws$/],
    [
      'with another contract',
      { dependencies: { ...GOOD.dependencies, '@modalkit/contract': '^99.0.0' } },
      {},
      /^duplicate: @modalkit\/contract \^99/,
    ],
    ['with the contract bundled', {}, HOLDS_CONTRACT, /^duplicate: dist\/b\.js holds a copy/],
  ])('%s', async (_, manifest, files, finding) => {
    const seen = await seenIn(packed(manifest, files));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(finding);
    expect(seen[0]).not.toContain(TOKEN);
  });

  it('as a library, of which no contract and no keyword is asked, and everything else is', async () => {
    const library = { modalkit: { library: true }, keywords: [] };
    expect(await seenIn(packed(library))).toEqual([]);
    const contract = { ...library, name: '@modalkit/contract', dependencies: { zod: '^4.0.0' } };
    expect(await seenIn(packed(contract, HOLDS_CONTRACT))).toEqual([]);
    expect(await seenIn(packed(library, HOLDS_CONTRACT))).toEqual([expect.stringMatching(/^duplicate: /)]);
    expect(await seenIn(packed({ ...library, scripts: { postinstall: 'node x' } }))).toEqual([
      expect.stringMatching(/^install-script: /),
    ]);
    expect(await seenIn(packed({ modalkit: { ...GOOD.modalkit, library: false }, keywords: [] }))).toHaveLength(1);
  });

  it('when tfjs-core is a dependency of its own', async () => {
    const dependencies = { ...GOOD.dependencies, '@tensorflow/tfjs-core': '^4.22.0' };
    expect(await seenIn(packed({ dependencies }))).toEqual([
      expect.stringMatching(/^duplicate: @tensorflow\/tfjs-core/),
    ]);
  });

  it('when it is large: a warning above 10 MB, refused above 100 MB', () => {
    const ids = [9, 11, 101].map((megabytes) => checkSize(megabytes * 2 ** 20).map(({ id }) => id));
    expect(ids).toEqual([[], ['size'], ['too-large']]);
  });
});

describe('findings', () => {
  it('say what, why, the fix, and how to silence them', () => {
    for (const id of Object.keys(RULES) as (keyof typeof RULES)[]) {
      const { what, why, fix, silence } = findingOf({ id, what: 'seen' });
      expect([what, why, fix].every((text) => text.length > 3)).toBe(true);
      expect(silence).toMatch(isSilenceable(id) ? `--ignore ${id}` : /cannot be silenced/);
    }
    expect(['contract', 'kit', 'import', 'no-such-id', 'toString'].filter(isSilenceable)).toEqual([]);
  });
});

it('provenance is asked for where the environment can sign it', () => {
  const github = { GITHUB_ACTIONS: 'true', ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.org' };
  expect(provenance(github)).toEqual(['--provenance']);
  expect(provenance({ GITLAB_CI: 'true', SIGSTORE_ID_TOKEN: 'x' })).toEqual(['--provenance']);
  expect([provenance({}), provenance({ GITHUB_ACTIONS: 'true' }), provenance({ GITLAB_CI: 'true' })]).toEqual([
    [],
    [],
    [],
  ]);
});
