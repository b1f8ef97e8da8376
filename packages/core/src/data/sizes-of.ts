import type { InputSizes } from './batch-plan.js';
import type { DataProject } from './data-project.js';
import type { SampleSize } from './measure-sample.js';

/** Sizes of samples, by input. */
export function sizesOf(project: DataProject, sizes: readonly SampleSize[]): Record<string, InputSizes> {
  const column = (name: string, key: 'length' | 'items') => Int32Array.from(sizes, (size) => size[name]?.[key] ?? 0);
  const entries = Object.values(project.inputs).map(({ name, adapter, list }) => {
    const lengths = adapter.length && { lengths: column(name, 'length') };
    return [name, { list, items: column(name, 'items'), ...lengths }] as const;
  });
  return Object.fromEntries(entries);
}
