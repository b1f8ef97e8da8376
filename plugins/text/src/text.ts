import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import type { z } from 'zod';
import { version } from '../package.json';
import { TEXT_ID, textAdapter } from './text-adapter.js';
import { textOptions } from './text-options.js';

/**
 * A text input: tokenizer, embedding, positions and a transformer encoder. A raw sample is a string.
 * @throws ModalkitError OPTIONS that names the wrong or unknown key
 */
export const text = definePlugin((options: z.input<typeof textOptions> = {}) => {
  const parsed = parseOptions(textOptions, options, TEXT_ID);
  return {
    id: TEXT_ID,
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(ADAPTER, () => textAdapter(parsed)),
  };
});
