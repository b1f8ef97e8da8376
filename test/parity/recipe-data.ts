import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, sliceRecordings } from '@modalkit/core';
import { makeData as makeBalance } from '../../recipes/balance/make-data.mjs';
import { makeData as makeDigits } from '../../recipes/digits/make-data.mjs';
import { makeData as makeAnswers } from '../../recipes/digits-answers/make-data.mjs';
import { makeSamples } from '../../recipes/five-digits/make/make-samples.mjs';
import { makeStrings } from '../../recipes/five-digits/make/make-speech.mjs';
import { planSamples } from '../../recipes/five-digits/make/plan.mjs';
import { findUtterances, makeBank } from '../../recipes/five-digits/make/speech/bank.mjs';
import { planStrings } from '../../recipes/five-digits/make/strings.mjs';
import { makeData as makeGrounding } from '../../recipes/grounding/make-data.mjs';
import { writeSession } from '../../recipes/machine/rig/write-session.mjs';
import { WINDOW } from '../../recipes/machine/watch.mjs';
import { makeData as makeQuestions } from '../../recipes/scene-questions/make-data.mjs';

/** A recipe with data of its own kind, of which some samples are enough. */
export interface SmallRecipe {
  config(): Promise<{ default: Config }>;
  /** Makes the data, in a folder that is empty or where the recipe keeps it, and gives its manifest. */
  make(folder: string, samples: number): Promise<string>;
}

export const recipes: Readonly<Record<string, SmallRecipe>> = {
  grounding: {
    config: () => import('../../recipes/grounding/modalkit.config.js'),
    make: async (folder, train) => {
      const data = await makeGrounding({ folder: join(folder, 'data'), sizes: { train, test: 1 } });
      return join(data.folder, 'manifest.jsonl');
    },
  },
  'scene-questions': {
    config: () => import('../../recipes/scene-questions/modalkit.config.js'),
    make: async (folder, train) => {
      const data = await makeQuestions({ folder: join(folder, 'data'), sizes: { train, test: 1 } });
      return join(data.folder, 'manifest.jsonl');
    },
  },
  digits: {
    config: () => import('../../recipes/digits/modalkit.config.js'),
    make: async () => join((await makeDigits()).folder, 'manifest.jsonl'),
  },
  'digits-answers': {
    config: () => import('../../recipes/digits-answers/modalkit.config.js'),
    make: async () => join((await makeAnswers()).folder, 'answers.jsonl'),
  },
  balance: {
    config: () => import('../../recipes/balance/modalkit.config.js'),
    make: async (folder, train) => {
      const data = await makeBalance({ folder, sizes: { train, validation: 10, test: 10 } });
      return join(data.folder, 'manifest.jsonl');
    },
  },
  'five-digits': {
    config: () => import('../../recipes/five-digits/modalkit.config.js'),
    make: makeFiveDigits,
  },
  'five-digits/strings': {
    config: () => import('../../recipes/five-digits/strings/modalkit.config.js'),
    make: makeDigitStrings,
  },
  masked: {
    config: () => import('../../recipes/masked/modalkit.config.js'),
    make: makeFiveDigits,
  },
  machine: {
    config: () => import('../../recipes/machine/modalkit.config.js'),
    make: makeMachine,
  },
};

/** The first of its samples; neither strings nor other speakers' takes. */
async function makeFiveDigits(folder: string, samples: number): Promise<string> {
  const { utterances } = await findUtterances();
  const plans = planSamples(utterances)
    .filter(({ row }) => row.split === 'train')
    .slice(0, samples);
  const digits = await makeDigits();
  await mkdir(folder, { recursive: true });
  await makeBank(folder, [...new Set(plans.map(({ utterance }) => utterance))]);
  await makeSamples(folder, digits.folder, plans);
  return writeManifest(folder, plans);
}

async function makeDigitStrings(folder: string, samples: number): Promise<string> {
  const { utterances } = await findUtterances();
  const plans = planStrings(utterances).slice(0, samples);
  await mkdir(folder, { recursive: true });
  await makeBank(folder, [...new Set(plans.flatMap(({ parts }) => parts.map(({ utterance }) => utterance)))]);
  await makeStrings(folder, plans);
  return writeManifest(folder, plans);
}

async function writeManifest(folder: string, plans: readonly { readonly row: object }[]): Promise<string> {
  const manifest = join(folder, 'manifest.jsonl');
  await writeFile(manifest, plans.map(({ row }) => `${JSON.stringify(row)}\n`).join(''));
  return manifest;
}

/** One session of a sound machine, in the recipe's windows. */
async function makeMachine(folder: string, samples: number): Promise<string> {
  const session = join(folder, 'm-1');
  await writeSession(session, { machine: 'm-1', day: 'day-1', seconds: samples * WINDOW });
  const out = join(folder, 'windows.jsonl');
  const cut = { length: WINDOW, stride: WINDOW, rule: 'majority', coverage: 0.5, target: 'label' } as const;
  const split = { group: 'machine', shares: {}, held: {}, seed: 0 } as const;
  await sliceRecordings({ recordings: [session], out, ...cut, ...split });
  return out;
}
