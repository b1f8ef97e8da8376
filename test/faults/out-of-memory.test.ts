import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findNative } from '@modalkit/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit } from '../journeys/tools/modalkit.js';
import { checkpointsOf, hashesOf } from '../journeys/tools/run-weights.js';
import { type TinyProject, tinyProject } from '../journeys/tools/tiny-project.js';

const full = Boolean(process.env.MODALKIT_FULL);
const backends = ['js', ...((await findNative()) ? ['native'] : [])];
const canLimit = spawnSync('prlimit', ['--version']).status === 0;
const STEPS = 3;
/** MB of address space that a process gets beyond what it has when its config is read. */
const rooms: Readonly<Record<string, readonly number[]>> = {
  js: [100, 140, 180, 300],
  native: [900, 1100, 1250, 1400],
};

/** The 512 tokens of a text look at each other: a batch of 16 takes arrays of 34 MB, one sample a sixteenth of them. */
const CAPTION = `caption: text({ width: 4, layers: 1, heads: 2, vocabulary: 300, maxTokens: 512 })`;
const PARTS = {
  inputs: CAPTION,
  objectives: `digit: crossEntropy({ head: 'digit', target: 'digit' })`,
  metrics: ' ',
  data: 'batch: 16, cache: false',
  top: `import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
if (process.env.ROOM) {
  const size = Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  const limited = spawnSync('prlimit', ['--pid', String(process.pid), \`--as=\${size + process.env.ROOM * 2 ** 20}\`]);
  if (limited.status !== 0) throw new Error(String(limited.stderr));
}`,
  train: `steps: ${STEPS}, saveEvery: 1`,
};

describe.runIf(full && canLimit)('F12: a process that is refused memory in its run', { timeout: 1_200_000 }, () => {
  let project: TinyProject;
  beforeAll(async () => {
    project = await tinyProject(PARTS);
    await project.writeManifest(
      project.rows.map(({ picture, ...row }) => ({ ...row, caption: `${row.caption} `.repeat(50) })),
    );
    await mkdir(project.path('runs'));
  });
  afterAll(() => project.remove());

  const run = (name: string) => project.path('runs', name);
  const args = (name: string) => ['train', project.folder, '--run', run(name), '--no-report', '--json'];
  const whole = async (backend: string) => {
    const name = `whole-${backend}`;
    if (!existsSync(run(name))) {
      const { code, stderr } = await modalkit(args(name), { env: { MODALKIT_BACKEND: backend } });
      expect(code, stderr).toBe(0);
    }
    return hashesOf(run(name));
  };

  /** What it had when it ended stays, and the same command without the limit ends as if there had been none. */
  async function goesOn(name: string, backend: string): Promise<void> {
    const saved = existsSync(join(run(name), 'checkpoints')) ? await checkpointsOf(run(name)) : [];
    const again = await modalkit(args(name), { env: { MODALKIT_BACKEND: backend } });
    expect(again.code, again.stderr).toBe(0);
    const step = Number(saved.at(-1)?.replace(/\D/g, '') ?? 0);
    if (step > 0 && step < STEPS) expect(again.stderr).toContain(`Going on from step ${step} of ${STEPS}`);
    // the size that was found is kept, and adds up in another order
    if (linesOf(run(name)).some(({ guard }) => guard?.microbatch)) return isWhole(name, backend);
    expect(await hashesOf(run(name))).toEqual(await whole(backend));
  }

  /** All steps were made, with the losses of a run that had all the memory. */
  async function isWhole(name: string, backend: string): Promise<void> {
    await whole(backend);
    const [found, expected] = [name, `whole-${backend}`].map((each) => lossesOf(run(each)));
    expect(found).toHaveLength(STEPS);
    for (const [at, loss] of found!.entries()) expect(loss).toBeCloseTo(expected![at]!, 5);
  }

  it.each(backends)('address space on %s: smaller pieces, or an end that loses nothing', async (backend) => {
    for (const room of rooms[backend]!) {
      const name = `${backend}-${room}`;
      const { code } = await modalkit(args(name), { env: { MODALKIT_BACKEND: backend, ROOM: String(room) } });
      await (code === 0 ? isWhole : goesOn)(name, backend);
    }
  });

  it.each(backends)('heap of Node on %s: the end loses nothing', async (backend) => {
    const name = `${backend}-heap`;
    const ended = await modalkit(args(name), {
      env: { MODALKIT_BACKEND: backend },
      node: ['--max-old-space-size=24'],
    });
    expect(ended.code, ended.stderr).toBe(134);
    await goesOn(name, backend);
  });
});

const lossesOf = (folder: string): number[] =>
  linesOf(folder).flatMap(({ kind, values }) => (kind === 'step' ? [values!.loss!] : []));

interface Line {
  readonly kind: string;
  readonly guard?: { readonly microbatch?: number };
  readonly values?: Record<string, number>;
}

function linesOf(folder: string): Line[] {
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}
