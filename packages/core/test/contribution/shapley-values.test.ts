import { expect, it } from 'vitest';
import { dominanceWarning } from '../../src/contribution/dominance.js';
import { shapleyValues } from '../../src/contribution/shapley-values.js';

const close = (values: readonly number[], expected: readonly number[]) => {
  expect(values.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, 12);
};

it('is the mean over both orders of two players', () => {
  // Nobody 0.1, a 0.5, b 0.3, both 0.9. a first or second: (0.5 - 0.1 + 0.9 - 0.3) / 2; b: (0.3 - 0.1 + 0.9 - 0.5) / 2.
  close(shapleyValues([0.1, 0.5, 0.3, 0.9], 2), [0.5, 0.3]);
});

it('solves the game of gloves: one left, two right, a pair is worth 1', () => {
  // Of six orders the left one completes the pair in the four where a right one came before; each right one in one.
  const worth = [0, 0, 0, 1, 0, 1, 0, 1];
  close(shapleyValues(worth, 3), [2 / 3, 1 / 6, 1 / 6]);
});

it('gives nothing to a player that changes nothing, and the others what they had without it', () => {
  const two = [0.1, 0.5, 0.3, 0.9];
  const worth = Array.from({ length: 8 }, (_, set) => two[set & 3]!);
  close(shapleyValues(worth, 3), [0.5, 0.3, 0]);
});

it('warns of one input that alone comes near the whole, with the line that is not there yet', () => {
  const accuracies = { all: 0.94, none: 0.1 };
  /** Every sample has both. */
  const each = (words: number, sound: number, of = accuracies) => ({
    words: { ...of, alone: words },
    sound: { ...of, alone: sound },
  });
  const parts = { head: 'digit', target: 'number' };
  const never = { taught: ['words'], located: [] as string[], inputDropout: false, balancer: false };
  const sentence = (already: Partial<typeof never>) =>
    dominanceWarning(parts, accuracies, each(0.912, 0.4), 0.95, { ...never, ...already });
  expect(sentence({})).toBe(
    "words alone reaches 97 % of the full accuracy: digit is right on 0.940 of the samples, sound alone 43 %. To make it learn from sound too, add `sound: classify({ classes: …, target: 'number', from: 'sound' })` to `heads`, with a `crossEntropy` of its own.",
  );
  // Alone it says no more than nothing at all: a class can't be learnt from it by itself.
  const silent = (located: string[]) =>
    dominanceWarning(parts, accuracies, each(0.912, 0.15), 0.95, { ...never, located });
  expect(silent(['sound'])).toContain(
    "add an objective that sound is needed for: `grounding` of `locate({ regions: 'sound', phrase: 'words', from: 'fused' })`.",
  );
  // Nothing is found in what has no places.
  expect(silent([])).toContain('add `inputDropout: 0.3` to `train`.');
  const taught = ['sound'];
  expect(sentence({ taught })).toContain('add `inputDropout: 0.3` to `train`.');
  expect(sentence({ taught, inputDropout: true })).toContain(
    "`balancer: gradientModulation({ inputs: ['words', 'sound'], head: 'digit' })`",
  );
  expect(sentence({ taught, inputDropout: true, balancer: true })).toContain("`learningRates: { 'words/*': 0.3 }`");
  // Both know it; both are needed; nothing is learnt yet.
  for (const [words, sound] of [
    [0.92, 0.93],
    [0.6, 0.4],
  ] as const)
    expect(dominanceWarning(parts, accuracies, each(words, sound), 0.95, never)).toBeUndefined();
  const unlearnt = { all: 0.12, none: 0.1 };
  expect(dominanceWarning(parts, unlearnt, each(0.12, 0.1, unlearnt), 0.95, never)).toBeUndefined();
});

it('judges an input by the samples that have it', () => {
  const parts = { head: 'digit', target: 'number' };
  const never = { taught: [], located: [], inputDropout: false, balancer: false };
  const all = { all: 0.94, none: 0.1 };
  const words = { ...all, alone: 0.912 };
  const sentence = (sound: { all: number; none: number; alone: number }) =>
    dominanceWarning(parts, all, { words, sound }, 0.95, never);
  // The samples with sound are hard ones: 0.4 of 0.5, and nothing at all is right on 0.35 of them, so that sound tells too little.
  expect(sentence({ all: 0.5, none: 0.35, alone: 0.4 })).toMatch(/sound alone 80 %\. .* add `inputDropout: 0\.3`/);
  // On these sound knows all that there is to know: nothing dominates, though 0.49 is far from 0.94.
  expect(sentence({ all: 0.5, none: 0.1, alone: 0.49 })).toBeUndefined();
  // No sample has it.
  expect(sentence({ all: 0, none: 0, alone: 0 })).toContain('sound alone 0 %');
});
