import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit } from './tools/modalkit.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { CAPTION, type ConfigParts, PICTURE, type TinyProject, tinyProject } from './tools/tiny-project.js';

const FILE = /modalkit\.config\.mjs/;

/** A config's fault, the parts that make it, and what the sentence must name besides the file. */
const faults: Record<string, [ConfigParts, ...RegExp[]]> = {
  'an unknown key': [{ more: 'fussion: 1' }, /"fussion"/, /fusion/],
  'an unknown key of a section': [{ train: 'stepz: 3' }, /train/, /"stepz"/, /"?steps"?/],
  'a wrong type': [{ train: `steps: 'ten'` }, /train\.steps/, /number/, /string/],
  'a number out of range': [{ data: 'budget: 2' }, /data\.budget/],
  'an unknown option of a plugin': [
    { inputs: `picture: ${PICTURE.replace('fit:', 'fitt:')}, caption: ${CAPTION}` },
    /@modalkit\/image/,
    /"fitt"/,
  ],
  'a wrong type of an option': [{ inputs: `caption: text({ width: 'wide' })` }, /@modalkit\/text/, /width/],
  'a plugin that is not installed': [{ top: `import { smell } from 'modalkit-smell';` }, /modalkit-smell/, /install/],
  'a plugin whose factory was not called': [{ fusion: 'late' }, /fusion/, /call|late\(\)/],
  'a name that no package exports': [
    { top: `import { imege } from '@modalkit/image';`, inputs: `picture: imege()` },
    /imege/,
  ],
  'an error of syntax': [{ more: 'seed: 1 1' }, /Unexpected|expected/i],
  'an input that is not there': [
    { objectives: `contrast: infoNCE({ pairs: [['picture', 'captoin']] })` },
    /contrast/,
    /"captoin"/,
    /caption/,
  ],
  'a weight of an objective that is not there': [
    { more: 'weights: { contrst: 2 }' },
    /weights/,
    /"contrst"/,
    /"contrast"/,
  ],
  'an objective of a head that is not there': [
    { objectives: `digit: crossEntropy({ head: 'digti' })` },
    /objectives\/digit/,
    /"digti"/,
    /there are: digit/,
  ],
  'a modality that an objective compares and nothing composes': [
    { inputs: `caption: ${CAPTION}` },
    /objectives\/contrast/,
    /"picture"/,
    /caption/,
  ],
  'a negative temperature': [{ objectives: `contrast: infoNCE({ temperature: -0.07 })` }, /infoNCE/, /temperature/],
  'a plugin in the wrong place': [{ fusion: CAPTION }, /fusion/, /@modalkit\/text|Fusion/],
};

/** What is known once the model's weights are: the sentence names the field. */
const frozen: typeof faults = {
  'a frozen pattern that matches nothing': [
    { train: `freeze: ['pictrue/*']` },
    /train\.freeze/,
    /"pictrue\/\*"/,
    /"picture\/\*"/,
  ],
  'everything frozen': [{ train: `freeze: ['*']` }, /train\.freeze/, /no weight to train/],
};

describe('a config with', () => {
  let project: TinyProject;
  beforeAll(async () => {
    project = await tinyProject();
  });
  afterAll(() => project.remove());

  it.each(Object.entries(faults))('%s is refused in one sentence', async (_, [parts, ...patterns]) => {
    await project.writeConfig(parts);
    expectOneSentence(await modalkit(['train', project.folder]), 3, FILE, ...patterns);
  });

  it.each(Object.entries(frozen))('%s is refused in one sentence', async (_, [parts, ...patterns]) => {
    await project.writeConfig(parts);
    expectOneSentence(await modalkit(['train', project.folder]), 3, ...patterns);
  });

  it('no default export is refused in one sentence', async () => {
    await writeFile(project.path('modalkit.config.mjs'), 'export const config = {};\n');
    expectOneSentence(await modalkit(['train', project.folder]), 3, FILE, /default/, /defineConfig/);
  });
});

describe('a command line with', () => {
  let project: TinyProject;
  beforeAll(async () => {
    project = await tinyProject();
  });
  afterAll(() => project.remove());

  const lines: Record<string, [string[], number, ...RegExp[]]> = {
    'a section that is not there': [['--set', 'trian.steps=1'], 2, /trian\.steps/, /train/],
    'an unknown field': [['--set', 'train.stepz=1'], 3, /stepz/, /steps/],
    'a value of the wrong type': [['--steps', 'many'], 3, /train\.steps/, /number/],
    'no value': [['--set', 'seed'], 2, /field=value/],
    'threads that are no number': [['--threads', 'two'], 2, /--threads two/],
  };
  it.each(Object.entries(lines))('%s is refused in one sentence', async (_, [flags, code, ...patterns]) => {
    expectOneSentence(await modalkit(['train', project.folder, ...flags]), code, ...patterns);
  });

  it('an unknown flag, fusion or command is refused with what there is', async () => {
    const ended = await Promise.all([
      modalkit(['train', '--stepz', '1']),
      modalkit(['train', '--fusion', 'middle']),
      modalkit(['trian']),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(ended[0]!.stderr).toMatch(/--stepz.*\n.*--steps/);
    expect(ended[1]!.stderr).toMatch(/middle.*early, late, cross/);
    expect(ended[2]!.stderr).toMatch(/trian.*\n.*train/);
  });

  it('a folder without a config is refused in one sentence', async () => {
    await rm(project.path('modalkit.config.mjs'));
    expectOneSentence(await modalkit(['train', project.folder]), 2, /modalkit init/);
    expectOneSentence(await modalkit(['train', project.path('nowhere')]), 2, /nowhere/);
  });
});
