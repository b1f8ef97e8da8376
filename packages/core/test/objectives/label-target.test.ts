import { expect, test } from 'vitest';
import { labelTarget } from '../../src/objectives/label-target.js';

test('whole numbers are their own ids, strings hash to 31 bits, equal values to equal ids', () => {
  const { collate, schema } = labelTarget();
  const { data, dtype, shape } = collate([7, 'seven', undefined, 'seven', '数字七', -3]);
  expect([dtype, shape]).toEqual(['int32', [6]]);
  expect([data[0], data[2], data[5]]).toEqual([7, 0, -3]);
  expect(data[1]).toBe(data[3]);
  expect(data[1]).toBeGreaterThan(0);
  expect(data[4]).not.toBe(data[1]);
  const refused = (value: unknown) => 'issues' in (schema['~standard'].validate(value) as object);
  expect([7, 'a', 1.5, 2 ** 31, null, Number.NaN].map(refused)).toEqual([false, false, true, true, true, true]);
});
