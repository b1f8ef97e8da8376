import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';

export const onlyNamedFilesAreRead: Promised<Adapter, AdapterBench> = {
  id: 'only-named-files-are-read',
  title: 'prepare reads only the files that `files` names, whose content is part of the key of the cache',
  async check({ adapter, raw, host }) {
    for (const sample of raw) {
      const read = new Set<string>();
      const noted =
        <T>(hook: (path: string) => Promise<T>) =>
        (path: string) => {
          read.add(path);
          return hook(path);
        };
      await adapter.prepare(sample, { ...host, read: noted(host.read), locate: noted(host.locate) });
      const named = adapter.files?.(sample) ?? [];
      for (const path of read)
        if (!named.includes(path))
          broken(
            `prepare reads "${path}", which \`files\` does not name: when it changes, the cache would not notice.`,
          );
    }
  },
};
