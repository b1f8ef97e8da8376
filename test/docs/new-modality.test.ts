import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCode, buildTypes } from '../../recipes/build.mjs';
import { type LoopbackRegistry, publishWorkspace, startRegistry } from '../journeys/tools/loopback-registry.js';
import { atTheTerminal, type Typed } from './at-the-terminal.js';
import { type Document, ROOT, readDocuments } from './documents.js';
import { actionsOf, followGuide } from './follow-guide.js';

const FULL = process.env.MODALKIT_FULL === '1';
const MINUTES = 60_000;

const documents = readDocuments();
const guide = (path: string): Document => documents.find((each) => each.path === `docs/guides/${path}`)!;
const english = guide('new-modality.md');

/** What git sees changed below packages/ and plugins/. */
const changes = () =>
  spawnSync('git', ['status', '--porcelain', '--', 'packages', 'plugins'], { cwd: ROOT, encoding: 'utf8' }).stdout;

/** With `MODALKIT_FULL` everything is installed from a registry that our packages were published to. */
describe('the guide to a new modality, followed to the letter', () => {
  let folder: string;
  let registry: LoopbackRegistry | undefined;
  let typed: readonly Typed[];
  let before: string;
  const saidBy = (line: string) => typed.filter((each) => each.line === line).map(({ output }) => output);

  beforeAll(async () => {
    await buildCode();
    await buildTypes();
    before = changes();
    folder = mkdtempSync(join(tmpdir(), 'modalkit-guide-'));
    if (FULL) {
      registry = await startRegistry();
      await publishWorkspace(registry);
    }
    const terminal = atTheTerminal(registry?.env);
    typed = terminal.typed;
    await followGuide(english, folder, terminal.type);
  }, 15 * MINUTES);
  afterAll(async () => {
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('proves the modality by the kit, before and after it is written', () => {
    const tests = saidBy('npm test');
    expect(tests.length).toBe(2);
    for (const output of tests) expect(output).toMatch(/Tests .*passed/);
  });

  it('trains it with text: words find scans, and a scan finds words', () => {
    expect(saidBy('npx modalkit query a cone --to scan')[0]).toMatch(/cone-\d+/);
    expect(saidBy('npx modalkit query 一个球 --to scan')[0]).toMatch(/ball-\d+/);
  });

  it('takes less than 15 minutes', () => {
    const seconds = typed.reduce((sum, each) => sum + each.seconds, 0);
    console.log(typed.map(({ line, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${line}`).join('\n'));
    console.log(`${seconds.toFixed(0)} s in all`);
    expect(seconds).toBeLessThan(15 * 60);
  });

  it('changes no line of Modalkit', () => expect(changes()).toBe(before));

  it('says the same in Chinese', () => expect(actionsOf(guide('new-modality.zh-CN.md'))).toEqual(actionsOf(english)));
});
