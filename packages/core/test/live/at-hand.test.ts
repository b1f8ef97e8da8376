import { expect, it } from 'vitest';
import { atHand } from '../../src/live/at-hand.js';

const window = (input: string, start: number, end: number) => ({
  input,
  prepared: 0,
  time: [start, end] as const,
  arrived: end,
});

it('windows of one moment are those that overlap or are within the tolerance', () => {
  const present = atHand(0.5);
  present.note(window('near', 0.2, 1));
  present.note(window('far', 0, 0.4));
  present.note(window('long', 0, 9));
  present.note(window('asked', 0, 1));
  // asked from 1.5 to 2: near ends 0.5 s before, far 1.1 s, long lies over it
  expect(Object.keys(present.around([window('asked', 1.5, 2)])).sort()).toEqual(['asked', 'long', 'near']);
  expect(present.around([window('asked', 1.5, 2)]).asked!.time).toEqual([1.5, 2]);
});

it('what came before a gap is absent until the next window, whichever is told first', () => {
  const present = atHand(10);
  const asked = window('asked', 2, 3);
  present.note(window('other', 0, 1));
  present.forget('other', 1.5);
  expect(Object.keys(present.around([asked]))).toEqual(['asked']);
  // one that was still waiting for the model when the gap was seen
  present.note(window('other', 0.5, 1.5));
  expect(Object.keys(present.around([asked]))).toEqual(['asked']);
  present.note(window('other', 1.5, 2.5));
  expect(Object.keys(present.around([asked])).sort()).toEqual(['asked', 'other']);
});

it('windows of one moment are asked together, each in place of the one before it, with what is near the last of them', () => {
  const present = atHand(0.5);
  present.note(window('a', 0, 1));
  present.note(window('c', 0, 1.2));
  present.note(window('d', 0, 1));
  // from 1.6: c ends 0.4 s before, d 0.6 s
  const around = present.around([window('a', 1, 2), window('b', 1.6, 2)]);
  expect(Object.values(around).map(({ input, time }) => `${input} ${time}`)).toEqual(['c 0,1.2', 'a 1,2', 'b 1.6,2']);
});
