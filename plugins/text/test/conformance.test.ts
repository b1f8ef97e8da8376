import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { text } from '../src/index.js';

const options = { vocabulary: 300, maxTokens: 16, width: 8, heads: 2, layers: 1 };

conformance({
  runner: { describe, test },
  plugin: text(options),
  samples: ['七', 'a digit', 'the digit seven'],
  wrongOptions: [{ maxTokens: 2 }, { width: 10, heads: 4 }, { tokenizer: 'sentencepiece' }],
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: 'text', options: [options] },
});
