import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HELP, run } from '../../recipes/five-digits/run.mjs';

/** What was trained, and the code that the next training of a folder ends with. */
let trained: string[];
let fails: string | undefined;
let runs: string;
let said: string[];

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'modalkit-五-'));
  [trained, fails, said] = [[], undefined, []];
  writeFileSync(join(runs, 'speaker-theo.jsonl'), '');
  vi.spyOn(console, 'log').mockImplementation((line) => said.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true, force: true });
});

const main = () => join(runs, 'five-digits');
const recipe = (...args: string[]) =>
  run({ runs, args, flags: ['--setup-seconds', '1'], makeData: async () => runs, modalkit });
const read = (file: string) => JSON.parse(readFileSync(join(main(), file), 'utf8'));
const share = (value: number) => ({ value, low: value, high: value, n: 4 });

/** Leaves behind what `modalkit train` leaves: a training of minutes is not what is tested here. */
async function modalkit(args: readonly string[]): Promise<number> {
  const [, config, , folder] = args as [string, string, string, string];
  const name = folder.slice(runs.length + 1);
  trained.push(name);
  if (fails === name) return 130;
  const seed = Number(/--seed[= ](\d+)/.exec(args.join(' '))?.[1] ?? 0);
  const write = (file: string, value: unknown) => writeFileSync(join(folder, file), JSON.stringify(value));
  mkdirSync(folder, { recursive: true });
  write('run.json', {
    title: `What ${config} trains`,
    config: { seed, steps: args.includes('--steps') ? 300 : 800 },
    backend: { id: 'native', version: '2', device: 'CPU', threads: 2 },
    times: { setupSeconds: 1 },
    versions: {},
  });
  const joint = config === 'recipes/five-digits';
  const subsets = { a: 0.5, b: 0.75, 'a+b': 1 };
  const values = joint
    ? {
        'retrieval/a->b/classR1': share(0.9),
        'retrieval/b->a/classR1': share(0.8),
        'retrieval/a->b/R@1': share(0.1),
        ...Object.fromEntries(Object.entries(subsets).map(([key, value]) => [`subsets/digit/${key}`, share(value)])),
        'offset/medianErrorMs': share(40),
      }
    : config.endsWith('strings')
      ? { 'wordErrorRate/words': share(0.02) }
      : { 'accuracy/digit': share(0.93) };
  const figures = joint ? [] : [{ kind: 'matrix', title: '混淆', rows: ['零'], columns: ['零'], values: [[7]] }];
  const rows = { a: [1, 1, 0, 0], b: [1, 1, 1, 0], 'a+b': [1, 1, 1, 1] };
  const bySample = Object.fromEntries(Object.entries(rows).map(([key, row]) => [`subsets/digit/${key}`, row]));
  write('evaluation.json', { step: 800, split: 'test', values, figures });
  write('by-sample.json', { step: 800, split: 'test', ids: ['一', '二', '三', '四'], values: joint ? bySample : {} });
  write('summary.json', { values, reason: 'finished', step: 800, trainSeconds: 9, peakRssMb: 100, backend: 'native' });
  return 0;
}

const ALL = ['five-digits', 'five-digits/strings', 'five-digits/speakers/theo'];

describe('the recipe', () => {
  test('trains its parts and sums them up; the speakers are those of the data', async () => {
    expect(await recipe()).toBe(0);
    expect(trained).toEqual(ALL);
    expect(read('summary.json')).toMatchObject({
      pairs: { 'a->b': 0.9, 'b->a': 0.8 },
      subsets: { a: 0.5, b: 0.75, 'a+b': 1 },
      offset: { medianErrorMs: 40 },
      unseenSpeaker: { theo: 0.93 },
      unseenSpeakerMean: 0.93,
      ctc: { wer: 0.02 },
      seeds: { 0: { folder: main(), step: 800, pairs: { 'a->b': 0.9, 'b->a': 0.8 } } },
      gains: { seeds: [0], samples: 4, comparisons: 2, worst: { name: 'b->a+b', value: 0.25 }, significantlyBelow: [] },
      steps: 800,
      setupSeconds: 1,
      backend: 'native',
    });
  });

  test('makes one report of all of it, which says where film and pen come from', async () => {
    await recipe();
    const page = readFileSync(join(main(), 'report.html'), 'utf8');
    for (const text of [
      'derived from the picture',
      'Digit strings',
      'Speakers never heard',
      'theo: 混淆',
      'gain/',
      'none costs significantly',
    ])
      expect(page).toContain(text);
  });

  test('goes on with the part that it was stopped at', async () => {
    fails = 'five-digits/strings';
    expect(await recipe()).toBe(130);
    expect(existsSync(join(main(), 'summary.json'))).toBe(false);
    [trained, fails] = [[], undefined];
    expect(await recipe()).toBe(0);
    expect(trained).toEqual(ALL.slice(1));
    expect(said).toContain('joint is trained already.');
  });

  test('adds what is missing of a finished run, and to one that the command itself has trained', async () => {
    await recipe();
    rmSync(join(main(), 'strings'), { recursive: true });
    trained = [];
    await recipe();
    expect(trained).toEqual(['five-digits/strings']);
    rmSync(main(), { recursive: true });
    await modalkit(['train', 'recipes/five-digits', '--run', main()]);
    trained = [];
    await recipe();
    expect(trained).toEqual(ALL.slice(1));
    expect(existsSync(`${main()}-before`)).toBe(false);
  });

  test('when all is finished it says that it keeps that run and begins another', async () => {
    await recipe();
    trained = [];
    await recipe();
    expect(trained).toEqual(ALL);
    expect(existsSync(join(`${main()}-before`, 'strings', 'trained.json'))).toBe(true);
    expect(said.filter((line) => line.includes('is finished: it is kept as five-digits-before, and'))).toHaveLength(1);
  });

  test('--seed trains the joint run alone, beside the others, and the summary compares them', async () => {
    await recipe('--seed', '2');
    expect(said.at(-1)).toContain('the summary waits for it');
    await recipe();
    trained = [];
    await recipe('--seed=1');
    expect(trained).toEqual(['five-digits-seed-1']);
    expect(Object.keys(read('summary.json').seeds)).toEqual(['0', '1', '2']);
    expect(read('summary.json').gains.seeds).toEqual([0, 1, 2]);
    await expect(recipe('--seed', 'x')).rejects.toThrow('whole number from 0, not x');
    // one of other steps is another model
    rmSync(join(runs, 'five-digits-seed-1'), { recursive: true });
    await recipe('--seed', '1', '--steps', '300');
    expect(read('summary.json').gains.seeds).toEqual([0, 2]);
  });

  test('--summary trains nothing, and says what is not there', async () => {
    await expect(recipe('--summary')).rejects.toThrow('there is no finished run');
    await recipe();
    trained = [];
    for (const file of ['summary.json', 'report.html', 'strings/trained.json', 'by-sample.json'])
      rmSync(join(main(), file));
    await recipe('--summary');
    expect(trained).toEqual([]);
    expect(read('summary.json').gains).toMatchObject({ comparisons: 0, significantlyBelow: null });
    expect(read('summary.json').ctc).toBeUndefined();
    expect(said.join('\n')).toContain('has no by-sample.json');
    expect(said.at(-1)).toBe('Not in it, since they are not trained: strings, jackson, nicolas, yweweler.');
    expect(readFileSync(join(main(), 'report.html'), 'utf8')).toContain('nothing can be compared');
    await expect(recipe('--summary', '--quick')).rejects.toThrow('takes no other flags');
  });

  test('its help names each of these', () => {
    for (const text of ['--summary', '--seed N', 'five-digits-before']) expect(HELP).toContain(text);
  });
});
