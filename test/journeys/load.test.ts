import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit } from './tools/modalkit.js';
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

describe('a service that loads a run', () => {
  let project: TinyProject;
  beforeAll(async () => {
    project = await tinyProject({ train: 'steps: 4' });
    const { code, stderr } = await modalkit(['train', '--run', 'run', '--no-report'], { cwd: project.folder });
    expect(code, stderr).toBe(0);
    await writeFile(project.path('app.mjs'), APP);
  }, 120_000);
  afterAll(() => project.remove());

  it('has its answers without the data, loads no code of training, and answers as the command does', async () => {
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

/** Our own modules that a traced process has loaded. */
function modulesOf(stderr: string): string[] {
  return [...stderr.matchAll(/^loaded (?:file:\/\/)?(\/.*packages\/.*\.js)$/gm)].map(([, file]) => file!);
}

function isTrainer(file: string): boolean {
  return TRAINER.test(readFileSync(file, 'utf8'));
}
