import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLUGIN_TEMPLATES, type PluginTemplate, writeTemplate } from 'create-modalkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCode, buildTypes } from '../../recipes/build.mjs';
import { findPnpm } from '../../recipes/tools/pnpm.mjs';
import {
  type LoopbackRegistry,
  mustRun,
  publishWorkspace,
  startRegistry,
} from '../journeys/tools/loopback-registry.js';
import { BIN } from '../journeys/tools/modalkit.js';

const FULL = process.env.MODALKIT_FULL === '1';
const NAMES = Object.keys(PLUGIN_TEMPLATES) as PluginTemplate[];
const MINUTES = 60_000;

/** Each template with nothing of this workspace: its dependencies come from a registry that our packages were published to. */
describe.runIf(FULL)('templates as a user gets them', () => {
  let registry: LoopbackRegistry;
  let root: string;
  beforeAll(async () => {
    await buildCode();
    await buildTypes();
    root = await mkdtemp(join(tmpdir(), 'modalkit-installed-'));
    registry = await startRegistry();
    await publishWorkspace(registry);
  }, 10 * MINUTES);
  afterAll(async () => {
    await registry?.stop();
    await rm(root, { recursive: true, force: true });
  });

  const managers = [
    { by: 'npm', program: async () => ({ command: 'npm', args: [] as string[] }), quiet: ['--no-audit', '--no-fund'] },
    { by: 'pnpm', program: findPnpm, quiet: ['--no-frozen-lockfile'] },
  ];
  const each = NAMES.flatMap((template) => managers.map((manager) => ({ template, ...manager })));

  test.each(each)(
    '$template is installed, tested, type-checked, packed and verified under $by',
    async ({ template, by, program, quiet }) => {
      const folder = join(root, `${template}-${by}`);
      await mkdir(folder);
      await writeTemplate(template, folder, { name: `@you/${template}`, modality: 'tried' });
      // a workspace above the folder for temporary files is none of ours
      if (by === 'pnpm') await writeFile(join(folder, 'pnpm-workspace.yaml'), 'packages: []\n');
      const { command, args } = await program();
      const run = (...more: string[]) => mustRun(command, [...args, ...more], folder, registry.env);
      await run('install', '--prefer-offline', ...quiet);
      expect(await run('test')).toMatch(/Tests .*passed/);
      await run('run', 'typecheck');
      await run('pack');
      const packed = await mustRun('tar', ['-tzf', `you-${template}-0.0.0.tgz`], folder);
      const files = ['LICENSE', 'README.md', 'dist/index.d.ts', 'dist/index.js', 'package.json'];
      expect(packed.trim().split('\n').sort()).toEqual(files.map((file) => `package/${file}`));
      // it installs under both
      if (by !== 'npm') return;
      const verified = await mustRun(process.execPath, [BIN, 'verify', '--json'], folder, registry.env);
      expect(JSON.parse(verified.trim().split('\n').at(-1)!)).toMatchObject({ ok: true, findings: [] });
    },
    10 * MINUTES,
  );
});
