import { describe, expect, test } from 'vitest';
import { towards } from '../../recipes/grounding/scenes.mjs';
import { planTelling, SHARE } from '../../recipes/scene-questions/dominance/make-data.mjs';
import { plan } from '../../recipes/scene-questions/make-data.mjs';
import { ANSWERS, KINDS } from '../../recipes/scene-questions/questions.mjs';
import { summarise } from '../../recipes/scene-questions/summary.mjs';

type Thing = Parameters<typeof towards>[0];
type Row = ReturnType<typeof plan>[number]['rows'][number] & { readonly named?: number[]; readonly thing?: number[] };

const planned = plan({ train: 500, test: 150 });
const rows: Row[] = planned.flatMap((each) => each.rows);
const of = (split: string) => rows.filter((row) => row.split === split);
/** How a question begins; what it asks of one thing. */
const ASKING = /^(?:how many|count the|the number of|(?:what|which|the) (colour|shape) (?:is|has|of)) /;
const NUMBERS = ['none', 'one', 'two', 'three', 'four'];

/** `red circles` -> things that are red and circles. */
function called(things: readonly Thing[], words: string): Thing[] {
  const asked = words
    .split(' ')
    .map((word) => word.replace(/^crosses$/, 'cross').replace(/^(square|circle|triangle)s$/, '$1'));
  return things.filter(({ colour, shape }) =>
    asked.every((word) => ['the', 'one', 'shapes', colour, shape].includes(word)),
  );
}

/** Reads a question as a person does, and looks. */
function answer(question: string, things: readonly Thing[]): string {
  const [, asks = 'count', subject] =
    /^(?:(?:what|which|the) (colour|shape) (?:is|has|of)|how many|count|the number of) (.+?)(?: are there)?\??$/.exec(
      question,
    )!;
  const [, head, not, relation, anchor] =
    /^(.+?)(?: that (?:is|are) (not))?(?: ?(left|right|above|below)(?: of)? (the .+))?$/.exec(subject!)!;
  const [place, ...more] = anchor ? called(things, anchor) : [];
  expect(more).toEqual([]);
  const denied = / that are not (.+)$/.exec(subject!)?.[1];
  const among = things.filter((each) => each !== place);
  const found = denied
    ? things.filter((each) => !called([each], denied).length)
    : called(among, head!).filter((each) => !place || towards(each, relation as 'left', place) > 0 !== Boolean(not));
  if (asks === 'count') return NUMBERS[found.length]!;
  expect(found).toHaveLength(1);
  return found[0]![asks as 'colour' | 'shape'];
}

describe('questions about scenes', () => {
  test('the answer is what one reads off the scene', () => {
    for (const { things, rows } of planned)
      for (const row of rows) expect([row.question, row.answer]).toEqual([row.question, answer(row.question, things)]);
  });

  test('none that is asked of held-out scenes is in training, nor what it says of a place in other words', () => {
    const bare = (question: string) =>
      / (?:left of|right of|above|below) the /.test(question)
        ? question.replace(ASKING, '$1 ').replace(/ are there\?$|\?$/, '')
        : undefined;
    const known = new Set(of('train').flatMap(({ question }) => [question, bare(question)]));
    for (const { question } of of('test')) {
      expect(known).not.toContain(question);
      if (bare(question)) expect(known).not.toContain(bare(question));
    }
    expect(of('test').filter(({ question }) => bare(question)).length).toBeGreaterThan(100);
    // The control: training does say the same again. And each word is known.
    const said = of('train')
      .map(({ question }) => bare(question))
      .filter(Boolean);
    expect(new Set(said).size).toBeLessThan(said.length);
    const words = new Set([...known].join(' ').match(/[a-z]+/g));
    for (const { question } of of('test')) for (const word of question.match(/[a-z]+/g)!) expect(words).toContain(word);
  });

  test('held-out questions are of every kind, and the commonest answer of a kind is right on less than six in ten', () => {
    for (const kind of Object.keys(KINDS)) {
      const answers = of('test').flatMap((row) => (row.kind === kind ? [row.answer] : []));
      expect(answers.length).toBeGreaterThan(25);
      const counts = ANSWERS.map((each) => answers.filter((one) => one === each).length);
      expect(Math.max(...counts) / answers.length).toBeLessThan(0.6);
    }
  });

  test('boxes are those of the thing that is named and of the one that is asked about', () => {
    const told = rows.filter(({ kind }) => kind === 'relation' || kind === 'negatedRelation');
    expect(told.length).toBeGreaterThan(100);
    for (const { named, thing } of told) expect(thing).not.toEqual(named);
    for (const { kind, named, thing } of rows.filter(({ kind }) => kind === 'attribute'))
      expect([kind, thing]).toEqual([kind, named]);
  });
});

describe('questions whose words nearly tell the answer', () => {
  const telling = planTelling({ train: 600, test: 300 });
  const asked = telling.flatMap((each) => each.rows);

  test('the answer is what one reads off the scene', () => {
    for (const { things, rows } of telling)
      for (const row of rows) expect([row.question, row.answer]).toEqual([row.question, answer(row.question, things)]);
  });

  test('nine in ten of either split have the answer that all usual ones of these words have', () => {
    const usual = new Map<string, string>();
    for (const row of asked)
      if (row.usual === 'usual') {
        expect(usual.get(row.question) ?? row.answer).toBe(row.answer);
        usual.set(row.question, row.answer);
      }
    for (const split of ['train', 'test']) {
      const rows = asked.filter((row) => row.split === split);
      const right = rows.filter((row) => usual.get(row.question) === row.answer);
      expect(right).toEqual(rows.filter((row) => row.usual === 'usual'));
      expect(Math.abs(right.length / rows.length - SHARE)).toBeLessThan(0.06);
    }
  });
});

describe('what the recipe comes to', () => {
  const measured = (accuracy: number, relations: number) => {
    const kinds = Object.keys(KINDS).map((kind) => [kind, /relat/i.test(kind) ? relations : accuracy]);
    const values = Object.fromEntries(
      [['', accuracy], ...kinds].map(([kind, value]) => [nameOf(kind as string), { value }]),
    );
    return { values, step: 1, trainSeconds: 1, parameters: 1, backend: 'native' } as never;
  };
  const nameOf = (kind: string) => ['accuracy', 'answer', kind].filter(Boolean).join('/');
  const results = {
    ...{ early: measured(0.92, 0.85), cross: measured(0.8, 0.7) },
    ...{ late: measured(0.7, 0.4), question: measured(0.45, 0.3) },
  };
  /** Of 100 samples, ten with an unusual answer. */
  const seedOf = (accuracy: number, unusual: number) => {
    const of = (value: number, n: number) => ({ value, low: value, high: value, n });
    const values = { 'accuracy/answer': of(accuracy, 100), 'accuracy/answer/usual': of(1, 90) };
    return { values: { ...values, 'accuracy/answer/unusual': of(unusual, 10) }, trainSeconds: 1 } as never;
  };
  const seed = (plain: number, looking: number) => ({
    ...{
      plain: seedOf(0.9 + plain / 10, plain),
      looking: seedOf(0.9 + looking / 10, looking),
      question: seedOf(0.9, 0),
    },
  });
  const telling = [seed(0.2, 0.8), seed(0.4, 0.6)];

  test('the best fusion, late fusion’s blindness, and language that dominates until it is made to look', () => {
    const { best, holds, fusions, dominance } = summarise(results, telling);
    expect(best).toBe('early');
    expect(holds).toEqual({ accuracy: true, ahead: true, lateBlind: true, dominance: true, reduced: true });
    expect(fusions.late.relations).toBeCloseTo(0.4, 6);
    // Two seeds, the same ten unusual answers of 100: 8 and 6 right, 98 and 96 in all.
    expect(dominance['weights.thing: 1']!.unusual).toMatchObject({ value: 0.7, n: 10 });
    expect(dominance['weights.thing: 1']!.accuracy.value).toBeCloseTo(0.97, 6);
  });

  test('what is short of it is told', () => {
    const short = { ...results, early: measured(0.89, 0.55), question: measured(0.75, 0.3) };
    const { holds } = summarise(short, [seed(0.6, 0.4)]);
    expect(holds).toEqual({ accuracy: false, ahead: false, lateBlind: false, dominance: false, reduced: false });
  });
});
