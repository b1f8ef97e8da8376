import { isAbsolute } from 'node:path';
import type { DataSource } from '@modalkit/contract';
import { broken, type Promised } from '../../promised.js';
import type { SourceBench } from '../../source-bench.js';

export const samplesAreAsListed: Promised<DataSource, SourceBench> = {
  id: 'samples-are-as-listed',
  title: 'each sample has an id of its own and only inputs and targets that the project has; the root is absolute',
  check({ dataset: { root, samples }, given: { inputs, targets = [] } }) {
    if (!isAbsolute(root)) broken(`root is "${root}"; it must be an absolute folder.`);
    const ids = new Set<string>();
    for (const { id, ...sample } of samples) {
      if (typeof id !== 'string' || id === '') broken(`A sample has the id ${JSON.stringify(id)}; it must be a word.`);
      if (ids.has(id)) broken(`Two samples have the id "${id}".`);
      ids.add(id);
      for (const [what, known] of [
        ['inputs', inputs],
        ['targets', targets],
      ] as const)
        for (const name of Object.keys(sample[what]))
          if (!known.includes(name))
            broken(`Sample "${id}" has "${name}" in ${what}, which the project lacks; leave it out.`);
    }
  },
};
