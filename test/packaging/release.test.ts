import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { ROOT, workspacePackages } from '../../recipes/tools/packages.mjs';
import { releaseOrder } from '../../recipes/tools/release-order.mjs';
import { type LoopbackRegistry, mustRun, startRegistry } from '../journeys/tools/loopback-registry.js';

const FULL = process.env.MODALKIT_FULL === '1';
const MINUTES = 60_000;
const namesOf = (packages: { manifest: Record<string, unknown> }[]) => packages.map(({ manifest }) => manifest.name);
const of = (name: string, fields: object = {}) => ({ folder: `/${name}`, manifest: { name, ...fields } });
const all = workspacePackages().filter(({ manifest }) => !manifest.private);

describe('packages are released', () => {
  test('each after those that it depends on, private ones not at all', () => {
    const b = of('b', { dependencies: { c: '1' }, optionalDependencies: { d: '1' }, devDependencies: { a: '1' } });
    const packages = [of('a', { peerDependencies: { b: '1' } }), b, of('c'), of('d'), of('e', { private: true })];
    expect(namesOf(releaseOrder(packages))).toEqual(['c', 'd', 'b', 'a']);
    const circle = [of('a', { dependencies: { b: '1' } }), of('b', { dependencies: { a: '1' } })];
    expect(() => releaseOrder(circle)).toThrow('release: a, b depend on each other in a circle.');
  });

  test('all of them, as a plugin or as a library', () => {
    expect(namesOf(releaseOrder(workspacePackages())).sort()).toEqual(namesOf(all).sort());
    for (const { folder, manifest } of all)
      expect([manifest.name, manifest.modalkit?.library === true]).toEqual([
        manifest.name,
        folder.startsWith(join(ROOT, 'packages')),
      ]);
  });
});

describe.runIf(FULL)('npm run release, to a registry on loopback', () => {
  let registry: LoopbackRegistry;
  let folder: string;
  const release = (...flags: string[]) =>
    mustRun(process.execPath, [join(ROOT, 'recipes', 'release.mjs'), '--no-version', ...flags], ROOT, registry.env);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-released-'));
    registry = await startRegistry();
  });
  afterAll(async () => {
    await registry?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'publishes every package, verified; one is then installed from it, and a second release finds all there',
    async () => {
      expect(await release()).toContain(`0 verified and not published, ${all.length} published, 0 there already.`);
      await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
      await mustRun('npm', ['install', '@modalkit/text', ...flags], folder, registry.env);
      const script = `import { text } from '@modalkit/text'; console.log(text({}).id);`;
      expect(await mustRun(process.execPath, ['--input-type=module', '-e', script], folder)).toBe('@modalkit/text\n');
      expect(await release()).toContain(`0 published, ${all.length} there already.`);
    },
    30 * MINUTES,
  );
});
