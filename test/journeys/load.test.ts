import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocuments } from '../docs/documents.js';
import { actionsOf } from '../docs/follow-guide.js';
import { modalkit, type Started, start } from './tools/modalkit.js';
import { type TinyProject, tinyProject } from './tools/tiny-project.js';

const TRACE = fileURLToPath(new URL('./tools/trace-loads.mjs', import.meta.url));
/** Where esbuild says which source a part of a bundle is of. */
const TRAINER =
  /^\/\/ src\/(?:train\/(?:train|training-step|optimiser|step-gradients|evaluate-run)|data\/(?:loader|worker-pool))\.ts$/m;
const APP = `import { load } from 'modalkit';
const start = performance.now();
const model = await load('run');
const [sentence, picture] = [{ caption: 'the number one' }, { picture: 'data/picture 0.png' }];
const answers = { found: await model.search(sentence, 'picture', 5) };
const seconds = (performance.now() - start) / 1000;
answers.digit = (await model.classify({ ...picture, ...sentence })).digit;
answers.width = (await model.embed('picture', [picture.picture])).length;
await model.dispose();
console.log(JSON.stringify({ ...answers, seconds }));
`;

const guide = readDocuments().find(({ path }) => path === 'docs/guides/deploy.md')!;
const service = actionsOf(guide).flatMap((action) => (action.kind === 'save' ? [action.code] : []))[0]!;
const captions = (count: number) => ({ caption: Array.from({ length: count }, (_, row) => `the number one ${row}`) });
const HEADS = `digit: classify({ classes: ['one', 'two', 'three'] }), odd: anomaly({ from: 'picture' })`;

let project: TinyProject;
beforeAll(async () => {
  project = await tinyProject({ heads: HEADS, train: 'steps: 4' });
  const { code, stderr } = await modalkit(['train', '--run', 'run', '--no-report'], { cwd: project.folder });
  expect(code, stderr).toBe(0);
}, 120_000);
afterAll(() => project.remove());

describe('a program that loads a run', () => {
  it('has its answers without the data, loads no code of training, and answers as the command does', async () => {
    await writeFile(project.path('app.mjs'), APP);
    const traced = { cwd: project.folder, node: ['--import', TRACE] };
    const child = await modalkit([], { ...traced, program: project.path('app.mjs') });
    expect(child.code, child.stderr).toBe(0);
    const answers = child.json() as { found: { score: number }[]; digit: { probabilities: Record<string, number> } };
    expect(answers).toMatchObject({ width: 8, digit: { name: expect.stringMatching(/^(?:one|two|three)$/) } });
    const { probabilities } = answers.digit;
    expect(Object.keys(probabilities)).toEqual(['one', 'two', 'three']);
    expect(Object.values(probabilities).reduce((sum, each) => sum + each)).toBeCloseTo(1, 5);
    const asked = await modalkit(['query', 'the number one', '--run', 'run', '--json'], { cwd: project.folder });
    const { results } = asked.json() as { results: { picture: { id: string; score: number }[] } };
    expect(answers.found.map(({ score }) => score)).toEqual(results.picture.map(({ score }) => score));
    const loaded = modulesOf(child.stderr);
    expect(loaded.some((file) => file.endsWith('core/dist/index.js'))).toBe(true);
    expect(loaded.filter(isTrainer)).toEqual([]);
    // the control: who trains loads it
    const trained = await modalkit(['train', '--run', 'run', '--steps', '5', '--no-report'], traced);
    expect(modulesOf(trained.stderr).filter(isTrainer).length).toBeGreaterThan(1);
  });
});

describe('the service of the guide, over the run exported and moved', () => {
  const there = join(dirname(fileURLToPath(import.meta.url)), '.tmp', randomUUID().slice(0, 8));
  let running: Started;
  let url: string;

  beforeAll(async () => {
    const exported = await modalkit(['export', '.', '--run', 'run', '--to', 'model'], { cwd: project.folder });
    expect(exported.code, exported.stderr).toBe(0);
    mkdirSync(there);
    renameSync(project.path('model'), join(there, 'model'));
    writeFileSync(join(there, 'service.mjs'), service);
  });
  afterAll(() => {
    running?.process.kill('SIGKILL');
    rmSync(there, { recursive: true, force: true });
  });

  const run = () => start(['model', '0'], { cwd: there, program: join(there, 'service.mjs') });
  const ask = async (path: string, body: unknown, init: RequestInit = {}) => {
    const sent = typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body);
    const response = await fetch(`${url}${path}`, { method: 'POST', body: sent, ...init });
    return { status: response.status, answer: JSON.parse((await response.text()) || 'null') };
  };

  it('has at most 40 lines, and answers what is asked', async () => {
    expect(service.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    const began = performance.now();
    running = run();
    url = (await running.printed(/http:\/\/127\.0\.0\.1:\d+/))[0];
    const form = new FormData();
    form.append('picture', new Blob([readFileSync(project.path('data', 'picture 0.png'))]), 'picture.png');
    form.append('caption', 'the number one');
    const { status, answer } = await ask('/classify', form);
    console.log(`Service: first answer ${Math.round(performance.now() - began)} ms after its start, on plain JS`);
    expect(status).toBe(200);
    expect(Object.keys(answer.digit.probabilities)).toEqual(['one', 'two', 'three']);

    const scored = await ask('/score', form);
    expect(scored).toMatchObject({ status: 200, answer: { odd: { score: expect.any(Number) } } });
    const { answer: vectors } = await ask('/embed/caption', { caption: ['the number one', '数字二'] });
    const lengths = vectors.map((vector: number[]) => Math.hypot(...vector));
    expect(lengths.map((length: number) => length.toFixed(4))).toEqual(['1.0000', '1.0000']);
    const { answer: found } = await ask('/search/picture', { caption: 'the number one' });
    const held = found.filter((match: { sample: { id: string } }) => /^s(?:18|19|2[0-3])$/.test(match.sample.id));
    expect(held).toHaveLength(5);
  });

  it.each([
    ['a file of the machine', '/classify', { picture: '/etc/hostname' }, /Input "picture": samples may not name files/],
    ['an input that there is not', '/score', { captoin: 'one' }, /no input "captoin"; there are: caption, picture/],
    ['no sample', '/classify', null, /A sample is an object of its inputs by name, not null/],
    ['no value', '/embed/caption', { caption: 7 }, /Input "caption" \(@modalkit\/text\): expected a string/],
    ['no JSON', '/classify', '{"caption":', /The body is neither JSON nor a form: /],
  ])('refuses %s in one sentence', async (_, path, body, sentence) => {
    const { status, answer } = await ask(path, body);
    expect(status).toBe(400);
    expect(answer).toEqual({ error: expect.stringMatching(sentence) });
    expect(answer.error).not.toMatch(/\n|node_modules|\.js:/);
  });

  it('refuses a body without end, and a question that nobody knows', async () => {
    const large = await fetch(`${url}/classify`, { method: 'POST', body: 'x'.repeat(17 * 2 ** 20) });
    expect(large.status).toBe(413);
    expect((await fetch(`${url}/train`, { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('stops working for a client that has gone', async () => {
    const client = new AbortController();
    const gone = ask('/embed/caption', captions(20_000), { signal: client.signal });
    await wait(400);
    const busy = await cpuSeconds(running, 300);
    client.abort();
    await expect(gone).rejects.toThrow(/aborted/);
    await running.printed(/--> POST \/embed\/caption \S*499/);
    const idle = await cpuSeconds(running, 500);
    expect(busy).toBeGreaterThan(0.03);
    expect(idle).toBeLessThan(busy / 2);
  });

  it('gives the answer that it owes when it is ended, and ends', async () => {
    const owed = ask('/embed/caption', captions(300));
    await wait(100);
    running.process.kill('SIGTERM');
    expect((await owed).answer).toHaveLength(300);
    const { code: exit, stderr } = await running.ended;
    expect(exit, stderr).toBe(0);
  });

  it('does not start with a model that was changed on the way', async () => {
    appendFileSync(join(there, 'model', 'MODEL_CARD.md'), ' ');
    const { code: exit, stderr } = await run().ended;
    expect(exit).toBe(1);
    expect(stderr).toMatch(/MODEL_CARD\.md is not as it was exported: .*copy or export the model again/);
  });
});

/** Our own modules that a traced process has loaded. */
function modulesOf(stderr: string): string[] {
  return [...stderr.matchAll(/^loaded (?:file:\/\/)?(\/.*packages\/.*\.js)$/gm)].map(([, file]) => file!);
}

function isTrainer(file: string): boolean {
  return TRAINER.test(readFileSync(file, 'utf8'));
}

/** Of processor time that a process takes in so many milliseconds. */
async function cpuSeconds({ process: { pid } }: Started, milliseconds: number): Promise<number> {
  const before = taken(pid!);
  await wait(milliseconds);
  return taken(pid!) - before;
}

/** `utime` and `stime` of /proc/<pid>/stat, in hundredths of a second. */
function taken(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
