import type { ModelPart, PartBench } from '../../part-bench.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const outputsHaveARowASample: Promised<ModelPart, PartBench> = {
  id: 'outputs-have-a-row-a-sample',
  title: 'each output has a row a sample, and a name without a slash',
  check({ tf, batch, run }) {
    tidied(tf, () => {
      for (const [name, { shape }] of Object.entries(run(batch()))) {
        if (shape[0] !== 4) broken(`The output "${name}" is [${shape}] for 4 samples; its first extent is theirs.`);
        if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) broken(`An output is called "${name}"; use letters and digits.`);
      }
    });
  },
};
