import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../../packages/media/test/helpers.js';
import { buildChild } from './build-child.js';
import { straceMissing } from './checkpoint/trace.js';
import { traced } from './media/strace.js';
import { HOSTILE, hostileIn } from './names/hostile-names.js';
import { writeHostileFiles } from './names/write-archives.js';

const missing = straceMissing();
if (missing) console.log(`Skipped: hostile names under strace: ${missing}.`);

/** Names that lead out of the folder that they are joined to, on Windows too. */
const LEAVING = /(?:^|[\\/])\.\.(?:[\\/]|$)|^[\\/]|^[A-Z]:/;

describe.skipIf(missing)('F21: hostile names and paths', { timeout: 120_000 }, () => {
  const root = scratch();
  const here = join(root, 'here');
  let child: string;
  beforeAll(async () => {
    child = await buildChild(join(import.meta.dirname, 'names', 'child.ts'));
    mkdirSync(here);
    writeHostileFiles(here, HOSTILE);
    symlinkSync(root, join(here, 'out'));
    symlinkSync('loop', join(here, 'loop'));
    symlinkSync(join(root, 'no-such-folder'), join(here, 'nowhere'));
  });
  afterAll(() => rmSync(dirname(child), { recursive: true }));

  const run = (place: string, ...only: string[]) => {
    const trace = traced(join(root, 'trace'), process.execPath, [child, place, ...only], here);
    const lines = trace.stdout.trim().split('\n');
    return {
      ...trace,
      outcomes: lines.map((line) => JSON.parse(line) as { name: string; code: string; message: string }),
    };
  };

  it.each([
    ['a path in a manifest of samples', 'SAMPLE'],
    ['the name of a package', 'USAGE'],
    ['the folder of a package', 'USAGE'],
    ['the name of a template', 'USAGE'],
    ['the name of a factory', 'USAGE'],
    ['a file in a list of weights', 'CHECKPOINT'],
    ["the weights' folder in a package.json", 'COMPOSE'],
  ])('as %s: refused in one sentence, nothing written, nothing started', (place, code) => {
    const { outcomes, written, started } = run(place);
    expect(outcomes.map(({ name }) => name)).toEqual(hostileIn(place));
    expect(outcomes.length).toBeGreaterThanOrEqual(60);
    expect(outcomes.filter((each) => each.code !== code || !each.message)).toEqual([]);
    expect(written).toEqual([]);
    expect(started).toEqual([process.execPath]);
    expect(readdirSync(root).sort()).toEqual(['here', 'trace']);
  });

  it.each(['an entry of a zip', 'an entry of a tarball'])('as %s: nothing leaves its folder', (place) => {
    const { outcomes, written, started } = run(place);
    const refused = outcomes.filter(({ code, message }) => code === 'BACKEND' && message).map(({ name }) => name);
    expect(refused).toEqual(expect.arrayContaining(HOSTILE.filter((name) => LEAVING.test(name))));
    expect(outcomes.length).toBeGreaterThanOrEqual(60);
    expect(written.length).toBeGreaterThanOrEqual(30);
    expect(written.filter((path) => !resolve(here, path).startsWith(join(here, 'target', '/')))).toEqual([]);
    expect(written.filter((path) => path.endsWith('/link'))).toEqual([]);
    expect(started).toEqual([process.execPath]);
    expect(readdirSync(root).sort()).toEqual(['here', 'trace']);
  });

  it('are written where they lead to without a check, and the trace sees it', () => {
    expect(run('unchecked', '../evil').written).toEqual(['../evil']);
    rmSync(join(root, 'evil'));
  });
});
