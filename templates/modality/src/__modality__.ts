import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { name, version } from '../package.json';
import { __modality__Adapter } from './__modality__-adapter.js';
import { type Options, optionsSchema } from './__modality__-options.js';

/**
 * An input whose samples are rows of numbers, one token a row.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const __modality__ = definePlugin((options: Options = {}) => {
  const parsed = parseOptions(optionsSchema, options, name);
  return {
    id: name,
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(ADAPTER, () => __modality__Adapter(parsed)),
  };
});
