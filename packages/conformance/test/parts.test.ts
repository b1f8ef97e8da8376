import { describe, expect, test } from 'vitest';
import { brokenParts, goodParts } from '../broken/broken-parts.js';
import { type ConformanceCase, judge } from '../src/index.js';
import { partPromises, sourcePromises } from '../src/promises/part-promises.js';

async function wrongOf(given: ConformanceCase) {
  const wrong = [];
  for await (const finding of judge(given)) if (['broken', 'blocked'].includes(finding.result)) wrong.push(finding);
  return wrong;
}

test.each(Object.entries(goodParts))('the good %s keeps every promise', async (_, given) => {
  expect(await wrongOf(given)).toEqual([]);
});

describe('caught by one check alone:', () => {
  test.each(Object.entries(brokenParts))('%s', async (_, { breaks, says, given }) => {
    const wrong = await wrongOf(given);
    expect(
      wrong.map(({ id }) => id),
      wrong.map((each) => each.says).join('\n'),
    ).toEqual([breaks]);
    expect(wrong[0]!.says).toMatch(says);
  });
});

test('every promise of a part has a part that breaks it', () => {
  const broken = new Set(Object.values(brokenParts).map(({ breaks }) => breaks));
  const all = [...Object.values(partPromises).flat(), ...sourcePromises];
  expect(all.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
});
