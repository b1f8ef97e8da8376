import { varyOptions } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import { text } from '../src/index.js';
import { corpus } from './corpus.js';
import { adapterOf, hostContext } from './harness.js';

const changes = {
  tokenizer: { tokenizer: 'wordpiece' },
  vocabulary: { vocabulary: 310 },
  maxTokens: { maxTokens: 4 },
  maxCharacters: { maxCharacters: 12 },
  width: { width: 8 },
  layers: { layers: 1 },
  heads: { heads: 2 },
  positions: { positions: 'sincos' },
  hides: { hides: 'bert' },
  share: { share: 'title' },
} as const;

test('prepares names the options that samples are prepared by, and no other', async () => {
  const base = { vocabulary: 300, maxTokens: 16 };
  const adapters = Object.entries({ base: {}, ...changes }).map(
    ([name, change]) => [name, adapterOf(text({ ...base, ...change }))] as const,
  );
  const texts: string[] = [];
  for await (const caption of corpus()) texts.push(caption);
  const { prepares, outcomes } = await varyOptions(Object.fromEntries(adapters), texts, hostContext);
  expect(prepares).toEqual(['tokenizer', 'vocabulary', 'maxTokens', 'maxCharacters']);
  expect(outcomes).toEqual(prepares);
  // an option that is added must be looked at here
  expect(Object.keys(changes)).toEqual(expect.arrayContaining(Object.keys(adapters[0]![1].options!)));
});
