import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { flameTree } from '../src/flame-tree.js';
import { renderReport } from '../src/render-report.js';

const folder = mkdtempSync(join(tmpdir(), 'modalkit-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [OURS, LIBRARY] = ['file:///project/packages/core/dist/index.js', 'file:///project/node_modules/sharp/lib/a.js'];
const frame = (id: number, functionName: string, url: string, children: number[] = []) => ({
  ...{ id, children },
  callFrame: { functionName, url },
});
/** (root) calls loop and is idle; loop calls an operation by a passage, a library, and a function without a name. */
const profile = {
  nodes: [
    frame(1, '(root)', '', [2, 3]),
    frame(2, 'loop', OURS, [4, 6, 8, 9]),
    frame(3, '(idle)', ''),
    frame(4, 'tidy', 'file:///x/node_modules/@tensorflow/tfjs-core/a.js', [5]),
    frame(5, 'matMul_', 'file:///x/node_modules/@tensorflow/tfjs-core/a.js'),
    frame(6, 'resize', LIBRARY, [7]),
    frame(7, 'inner', LIBRARY),
    frame(8, '', OURS),
    frame(9, 'emit', 'node:events', [10]),
    frame(10, 'matMul_', 'file:///x/node_modules/@tensorflow/tfjs-core/a.js'),
  ],
  samples: [3, 5, 7, 6, 8, 10, 2],
  timeDeltas: [400, 100, 200, 50, 30, 120, 100],
};

test('time is added up by stacks: what has no name, is inside of a library or a passage counts as its caller', () => {
  const shape = (node: ReturnType<typeof flameTree>): unknown => [
    `${node.name} ${node.time} ${node.owner}`.trim(),
    ...node.callees.map(shape),
  ];
  expect(shape(flameTree(profile))).toEqual([
    'all 1000',
    ['loop 600 core', ['matMul 220 tensorflow'], ['resize 250 sharp']],
    ['(idle) 400'],
  ]);
});

test('the report draws a profile that lies in the run folder, and has no section without', async () => {
  const page = async () => readFileSync(await renderReport(folder), 'utf8');
  expect(await page()).not.toContain('Where the time went');
  writeFileSync(join(folder, 'profile.cpuprofile'), JSON.stringify(profile));
  const markup = await page();
  expect(markup).toContain('<h2 id="profile-title">Where the time went</h2>');
  for (const label of ['loop 60 %', '(idle) 40 %', 'resize 25 %', 'matMul 22 %'])
    expect(markup).toContain(`>${label}<`);
  expect(markup).not.toContain('inner');
  writeFileSync(join(folder, 'profile.cpuprofile'), JSON.stringify({ ...profile, samples: [], timeDeltas: [] }));
  expect(await page()).toContain('The profile has no samples.');
  writeFileSync(join(folder, 'profile.cpuprofile'), '{"nodes":');
  expect(await page()).not.toContain('Where the time went');
});
