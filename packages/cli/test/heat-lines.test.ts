import { expect, test } from 'vitest';
import { heatLines } from '../src/heat-lines.js';

const look = (attention: number[]) => ({
  attention,
  regions: [
    [0.5, 0.5, 1, 1],
    [0, 0, 0.5, 0.5],
    [0.5, 0, 1, 0.5],
    [0, 0.5, 0.5, 1],
  ],
  point: [0.75, 0.75],
  box: [0.5, 0.5, 1, 1],
});

test('regions in their rows and columns, the more they are looked at the darker', () => {
  expect(heatLines(look([0.6, 0.05, 0.3, 0.05]))).toEqual(['  ▒▒', '  ██']);
  expect(heatLines(look([0, 0, 0, 0]))).toEqual(['    ', '    ']);
});
