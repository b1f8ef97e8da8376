import type { ModelPart, PartBench } from '../../part-bench.js';
import { broken, type Promised } from '../../promised.js';

export const targetsAreCollated: Promised<ModelPart, PartBench> = {
  id: 'targets-are-collated',
  title: 'its columns accept their values, refuse what is none, and collate a missing value to zeros',
  leftOut: ({ targets }) => (Object.keys(targets).length > 0 ? undefined : 'it reads no column'),
  async check({ part: { targets }, given }) {
    for (const [name, { schema, collate }] of Object.entries(targets)) {
      const values = given.targets![name]!;
      for (const value of values)
        if (value !== undefined && (await schema['~standard'].validate(value)).issues)
          broken(`The column "${name}" refuses ${JSON.stringify(value)}, one of the values that were given.`);
      if (!(await schema['~standard'].validate(() => undefined)).issues)
        broken(`The column "${name}" accepts a function.`);
      const { shape, data } = collate([values.find((value) => value !== undefined), undefined]);
      if (shape[0] !== 2) broken(`Two values of "${name}" collate to [${shape}]; the first extent is the rows.`);
      if (data.subarray(data.length / 2).some((value) => value !== 0))
        broken(`A missing value of "${name}" collates to numbers other than 0; core marks it invalid.`);
    }
  },
};
