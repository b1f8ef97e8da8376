import { broken, type OptionsBench, type Promised } from '../../promised.js';

export const optionsArePlain: Promised<unknown, OptionsBench> = {
  id: 'options-are-plain',
  title: 'its resolved options are plain JSON, so that a run can store them',
  check({ part }) {
    for (const field of ['options', 'prepares'] as const) {
      const value = part[field];
      if (value === undefined && field === 'prepares') continue;
      const plain = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
      if (value === undefined || !sameJson(value, plain))
        broken(`${field} are not plain JSON: a run stores them and compares them when it resumes.`);
    }
  },
};

/** Undefined fields may be left out; nothing else may be lost. */
function sameJson(value: unknown, plain: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, plain);
  if (Array.isArray(value)) return Array.isArray(plain) && value.every((item, index) => sameJson(item, plain[index]));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const there = Object.entries(value).filter(([, item]) => item !== undefined);
  return there.every(([key, item]) => sameJson(item, (plain as Record<string, unknown>)?.[key]));
}
