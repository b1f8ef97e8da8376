import { FUSION } from '@modalkit/contract';
import { WIDTH } from '../../made-batch.js';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const fusedIsASequence: Promised<ModelPart, PartBench> = {
  id: 'fused-is-a-sequence',
  title: 'fuse gives values, validity, spans within them and one vector a sample',
  check({ provided, tf, batch, model: { step } }) {
    tidied(tf, () => {
      const inputs = Object.entries(batch().view.inputs).map(([name, input]) => ({ ...input, name }));
      const { values, valid, spans, pooled } = provided.get(FUSION)!.fuse(inputs, step);
      const [rows, length] = [4, values.shape[1]];
      const expected = { values: [rows, length, WIDTH], valid: [rows, length], pooled: [rows, WIDTH] };
      for (const [name, shape] of Object.entries(expected)) {
        const found = { values, valid, pooled }[name as 'values'];
        if (String(found.shape) !== String(shape))
          broken(`fuse gives ${name} as [${found.shape}]; it must be [${shape}].`);
      }
      if (valid.dtype !== 'bool') broken(`fuse gives valid as ${valid.dtype}; it must be bool.`);
      for (const [name, { start, end }] of Object.entries(spans))
        if (!(start >= 0 && start < end && end <= length!))
          broken(`The span of "${name}" is [${start}, ${end}); the sequence has ${length} tokens.`);
    });
  },
};
